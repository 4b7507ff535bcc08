// SPDX-License-Identifier: Apache-2.0

/// A sender of HTTP requests. The AWS clients depend on this protocol and not on curl.
package protocol Transport: Sendable {
    /// Sends `request` once, without retries and redirects, and returns the response, whatever its status code.
    ///
    /// When the calling task is cancelled, the transfer ends at once with the error `.cancelled`.
    ///
    /// - Throws: `TransportError` when no complete response arrived within `Request.limits`.
    func send(_ request: Request) async throws(TransportError) -> Response
}
