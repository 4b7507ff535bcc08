// SPDX-License-Identifier: Apache-2.0

/// A sender of HTTP requests. The AWS clients depend on this protocol and not on curl.
package protocol Transport: Sendable {
    /// Sends `request` once, without retries or redirects, and returns the response with any status.
    ///
    /// The cancellation of the calling task ends the transfer at once with `.cancelled`.
    ///
    /// - Throws: `TransportError` when no complete response arrived within `Request.limits`.
    func send(_ request: Request) async throws(TransportError) -> Response
}
