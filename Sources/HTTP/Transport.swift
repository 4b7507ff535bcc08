// SPDX-License-Identifier: Apache-2.0

/// Whatever carries a request to its server. The protocols above know this and nothing of curl.
package protocol Transport: Sendable {
    /// Sends `request` once: no retry, no redirect.
    ///
    /// Cancelling the calling task ends the transfer at once and throws `.cancelled`.
    ///
    /// - Throws: `TransportError` when no complete response arrived within the request's limits.
    func send(_ request: Request) async throws(TransportError) -> Response
}
