// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import HTTP
import Scripted
import Support

/// A server that fails for one cause in every attempt, and a client with the default limits.
///
/// The sockets are real and the clock is virtual: pauses take no time, and each attempt counts as long as its limits
/// allow.
struct ErrorTableHarness {
    let cause: ErrorCause
    let log = LogRecorder()
    let clock = VirtualClock()
    /// The HTTP server; nil for causes without one.
    private(set) var server: LoopbackServer?
    private(set) var transport: ClockedTransport
    private let base: String
    /// The sockets of the causes without an HTTP server, kept open.
    private var sockets: [Any] = []

    init(_ cause: ErrorCause, retryAfter: Int? = nil) async throws {
        self.cause = cause
        var network = CurlOptions()
        switch cause {
        case .refused:
            let closed = try LoopbackClosedPort()
            base = "http://127.0.0.1:\(closed.port)"
            sockets = [closed]
        case .unanswered:
            let full = try LoopbackFullBacklog()
            base = "http://127.0.0.1:\(full.port)"
            sockets = [full]
        case .wrongName:
            let authority = try await TLSAuthority()
            let secured = try await TLSServer(authority, .wrongName)
            base = String(secured.url.rendered.dropLast())
            network.caBundle = authority.bundle
            sockets = [authority, secured]
        default:
            let server = try LoopbackServer { try cause.play($0, retryAfter: retryAfter) }
            base = String(server.url("/").rendered.dropLast())
            self.server = server
        }
        transport = ClockedTransport(cause: cause, network: try CurlTransport(network), clock: clock)
    }

    var authority: String { HTTP.URL(base).map(\.authority) ?? base }

    func s3() async throws -> S3Client {
        var options = AWSOptions()
        options.endpoints.s3 = base
        options.logIdentity = false
        let host = HostEnvironment(
            environment: [
                "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1",
            ],
            // A jitter of 1 makes all pauses the longest.
            homeDirectory: nil, clock: clock, random: { 1 })
        return try await AWSSession(
            options, queueURL: nil, transport: transport, host: host, logger: log.logger
        ).s3()
    }
}
