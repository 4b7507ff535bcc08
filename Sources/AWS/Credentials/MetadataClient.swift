// SPDX-License-Identifier: Apache-2.0

import HTTP

/// Sends requests to a metadata service on a link-local or loopback address: unsigned, with short timeouts, and never
/// through a proxy, which could not reach the address and would see the credentials.
struct MetadataClient: Sendable {
    let transport: any Transport
    let clock: any AWSClock
    /// The time limit of one attempt.
    var timeout: Duration
    var attempts: Int

    /// The pause before the first retry. It doubles with each retry, four times at most.
    static let backoffBase = Duration.milliseconds(100)

    /// Sends a request until the status of the response is neither 429 nor 5xx, or the attempts are used up.
    ///
    /// - Returns: the last response.
    /// - Throws: the error of the last attempt.
    func send(
        _ method: Request.Method, _ url: URL, headers: Headers
    ) async throws(TransportError) -> Response {
        let request = Request(
            method, url, headers: headers,
            limits: Request.Limits(
                connect: timeout, firstByte: timeout, total: timeout, responseBytes: 1 << 16),
            routing: Request.Routing(bypassProxy: true), isSensitive: true)
        var attempt = 1
        while true {
            do {
                let response = try await transport.send(request)
                let isWorthRetrying = response.status == 429 || response.status >= 500
                if !isWorthRetrying || attempt >= attempts { return response }
            } catch {
                if error.kind == .cancelled || attempt >= attempts { throw error }
            }
            let pause = Self.backoffBase * (1 << min(attempt - 1, 4))
            do { try await clock.sleep(for: pause) } catch {
                throw TransportError(
                    .cancelled, phase: .queued, host: url.authority, elapsed: .zero, detail: "cancelled")
            }
            attempt += 1
        }
    }
}
