// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Glibc
import Settings
import Testing

struct HealthProbeTests {
    private func serve(
        _ address: String = "127.0.0.1:0", _ respond: @escaping @Sendable (HealthRequest) -> HealthReply?
    ) throws -> HealthServer {
        try HealthServer(try #require(ListenAddress(address)), respond: respond)
    }

    /// Runs `body` with the address of a socket that accepts a connection and sends `text`; nil: it sends nothing.
    private func withPeer(sending text: String?, _ body: (ListenAddress) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "probe-\(UUID().uuidString.prefix(8))"
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        let code = withUnsafePointer(to: name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(code == 0 && listen(listener, 4) == 0)
        defer {
            close(listener)
            unlink(path)
        }
        let thread = Thread {
            guard let text else { return }
            let peer = accept(listener, nil, nil)
            _ = text.utf8.withContiguousStorageIfAvailable { write(peer, $0.baseAddress, $0.count) }
            close(peer)
        }
        thread.start()
        try body(.unix(path: path))
    }

    @Test(arguments: [200, 503])
    func `the probe returns status and body of the page unchanged`(status: Int) throws {
        let server = try serve { $0.path == "/readyz" ? HealthReply(status, "polling; 3 in flight\n") : nil }
        defer { server.stop() }
        let reply = try HealthProbe(server.address).get("/readyz")
        #expect(reply == HealthReply(status, "polling; 3 in flight\n"))
        #expect(try HealthProbe(server.address).get("/nothing").status == 404)
    }

    @Test func `the probe connects to Unix sockets and to IPv6 addresses`() throws {
        for address in [NSTemporaryDirectory() + "probed-\(getpid())", "[::1]:0"] {
            let server = try serve(address) { _ in HealthReply(200, "ok\n") }
            defer { server.stop() }
            #expect(try HealthProbe(server.address).get("/livez").body == "ok\n", "\(address)")
        }
    }

    @Test func `the error for a refused connection names the address and the reason`() throws {
        let server = try serve { _ in nil }
        let address = server.address
        server.stop()
        let error = try #require(throws: HealthProbeError.self) { try HealthProbe(address).get("/livez") }
        #expect(error.kind == .unreachable)
        #expect(error.description == "cannot connect to \(address): connect: Connection refused")
    }

    @Test func `the probe times out when the daemon hangs`() throws {
        try withPeer(sending: nil) { address in
            let probe = HealthProbe(address, timeout: .milliseconds(50))
            let error = try #require(throws: HealthProbeError.self) { try probe.get("/livez") }
            #expect(error.kind == .timedOut)
        }
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 fine\r\n\r\nok"])
    func `a response that is not HTTP is an error`(text: String) throws {
        try withPeer(sending: text) { address in
            let error = try #require(throws: HealthProbeError.self) { try HealthProbe(address).get("/livez") }
            #expect(error.kind == .otherServer || error.kind == .unreachable)
        }
    }
}
