// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The sending and repetition of HTTP requests to the metadata services, which have link-local or loopback addresses:
/// IMDS on EC2, and the endpoints of ECS and EKS. The URLs, the paths and the headers are those of the callers;
/// `InstanceSource` requests the session token of IMDS.
///
/// Requests are unsigned, have short timeouts and never use a proxy, which cannot connect to these addresses and could
/// read the credentials.
struct MetadataTransport: Sendable {
    let transport: any Transport
    let clock: any AWSClock
    /// The maximum time of one attempt.
    var timeout: Duration
    var attempts: Int

    /// The pause before the first retry. The pause doubles with each retry, up to 1.6 s.
    static let backoffBase = Duration.milliseconds(100)

    /// Sends a request, and repeats it on a new connection until the status of the response is not transient
    /// (`StatusClass`) or the attempts are used up.
    ///
    /// - Returns: the last response.
    /// - Throws: the error of the last attempt.
    func send(
        _ method: Request.Method, _ url: URL, headers: Headers
    ) async throws(TransportError) -> Response {
        var request = Request(
            method, url, headers: headers,
            limits: Request.Limits(
                connect: timeout, firstByte: timeout, total: timeout, responseBytes: 1 << 16),
            routing: Request.Routing(bypassProxy: true), isSensitive: true)
        var attempt = 1
        while true {
            do {
                let response = try await transport.send(request)
                if !StatusClass(response.status).isTransient || attempt >= attempts { return response }
            } catch {
                if error.kind == .cancelled || attempt >= attempts { throw error }
            }
            let pause = Self.backoffBase * (1 << min(attempt - 1, 4))
            do { try await clock.sleep(for: pause) } catch {
                throw TransportError(
                    .cancelled, phase: .queued, host: url.authority, elapsed: .zero, detail: "cancelled")
            }
            attempt += 1
            request.routing.freshConnection = true
        }
    }
}
