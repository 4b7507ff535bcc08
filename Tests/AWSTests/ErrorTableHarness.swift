// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import HTTP
import Scripted
import Support

/// The server of a row, or what stands where one is expected, and a client with the limits of the default.
///
/// The sockets are real and the clock is not: pauses take no time, and an attempt is taken to have lasted as long
/// as its limits allow.
struct ErrorTableHarness {
    let row: ErrorTableRow
    let log = LogLines()
    let clock = VirtualClock()
    /// Nil where there is nobody to count.
    private(set) var server: LoopbackServer?
    private(set) var transport: ClockedTransport
    private let base: String
    /// Lives as long as the harness.
    private var others: [Any] = []

    init(_ row: ErrorTableRow, retryAfter: Int? = nil) throws {
        self.row = row
        var network = CurlOptions()
        switch row {
        case .refused:
            let closed = try LoopbackClosedPort()
            base = "http://127.0.0.1:\(closed.port)"
            others = [closed]
        case .swallowed:
            let full = try LoopbackFullBacklog()
            base = "http://127.0.0.1:\(full.port)"
            others = [full]
        case .wrongName:
            let authority = try TLSAuthority()
            let secured = try TLSServer(authority, .wrongName)
            base = String(secured.url.rendered.dropLast())
            network.caBundle = authority.bundle
            others = [authority, secured]
        default:
            let server = try LoopbackServer { try row.play($0, retryAfter: retryAfter) }
            base = String(server.url("/").rendered.dropLast())
            self.server = server
        }
        transport = ClockedTransport(row: row, network: try CurlTransport(network), clock: clock)
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
            // The longest pauses.
            homeDirectory: nil, clock: clock, random: { 1 })
        return try await AWSSession(
            options, queueURL: nil, transport: transport, host: host, logger: log.logger
        ).s3()
    }
}

/// Sends over real sockets with limits that a test can wait for, and lets the clock say what the given ones allow.
final class ClockedTransport: Transport {
    private let row: ErrorTableRow
    private let network: CurlTransport
    private let clock: VirtualClock
    private let sent = Locked(0)

    init(row: ErrorTableRow, network: CurlTransport, clock: VirtualClock) {
        (self.row, self.network, self.clock) = (row, network, clock)
    }

    /// How many requests went out.
    var count: Int { sent.withLock { $0 } }

    func send(_ request: Request) async throws(TransportError) -> Response {
        sent.withLock { $0 += 1 }
        defer { clock.advance(row.longest(request.limits)) }
        var hastened = request
        hastened.limits = row.shortened(request.limits)
        return try await network.send(hastened)
    }
}
