// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Glibc
import Settings
import Testing

struct HealthProbeTests {
    private func serve(
        _ address: String = "127.0.0.1:0", _ respond: @escaping @Sendable (String) -> HealthReply?
    ) throws -> HealthServer {
        try HealthServer(try #require(ListenAddress(address)), respond: respond)
    }

    /// A socket that connects and says what it is told to, or nothing; gone with the closure.
    private func withPeer(saying text: String?, _ body: (ListenAddress) throws -> Void) throws {
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
    func `the page's status and sentence come as they are`(status: Int) throws {
        let server = try serve { $0 == "/readyz" ? HealthReply(status, "polling; 3 in flight\n") : nil }
        defer { server.stop() }
        let reply = try HealthProbe(server.address).ask("/readyz")
        #expect(reply == HealthReply(status, "polling; 3 in flight\n"))
        #expect(try HealthProbe(server.address).ask("/nothing").status == 404)
    }

    @Test func `a unix socket and IPv6 are asked as well`() throws {
        for address in [NSTemporaryDirectory() + "probed-\(getpid())", "[::1]:0"] {
            let server = try serve(address) { _ in HealthReply(200, "ok\n") }
            defer { server.stop() }
            #expect(try HealthProbe(server.address).ask("/livez").body == "ok\n", "\(address)")
        }
    }

    @Test func `nobody there is said with the address and the reason`() throws {
        let server = try serve { _ in nil }
        let address = server.address
        server.stop()
        let error = try #require(throws: HealthProbeError.self) { try HealthProbe(address).ask("/livez") }
        #expect(error.kind == .unreachable)
        #expect(error.description == "nobody answers at \(address): connect: Connection refused")
    }

    @Test func `a daemon that stands still is given up`() throws {
        try withPeer(saying: nil) { address in
            let probe = HealthProbe(address, patience: .milliseconds(50))
            let error = try #require(throws: HealthProbeError.self) { try probe.ask("/livez") }
            #expect(error.kind == .silent)
        }
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 fine\r\n\r\nok"])
    func `another server is not taken for the daemon`(text: String) throws {
        try withPeer(saying: text) { address in
            let error = try #require(throws: HealthProbeError.self) { try HealthProbe(address).ask("/livez") }
            #expect(error.kind == .otherServer || error.kind == .unreachable)
        }
    }
}
