// SPDX-License-Identifier: Apache-2.0

import HTTP

/// Plain requests to a metadata service on this machine or its link: short deadlines, never through a proxy.
struct MetadataClient: Sendable {
    let transport: any Transport
    let clock: any AWSClock
    var timeout: Duration
    var attempts: Int

    /// Asks until there is an answer that is neither 429 nor 5xx, or the attempts are used up.
    ///
    /// - Throws: what the transport said to the last attempt.
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
            let pause = Duration.milliseconds(100 << min(attempt - 1, 4))
            do { try await clock.sleep(for: pause) } catch {
                throw TransportError(
                    .cancelled, phase: .queued, host: url.authority, elapsed: .zero, detail: "cancelled")
            }
            attempt += 1
        }
    }
}
