// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTP
import Scripted
import Testing

@testable import Curl

/// Tests of the sockets that libcurl opens.
@Suite(.timeLimit(.minutes(1)))
struct SocketTests {
    /// Returns the descriptors of this process that are connected to the loopback port `port`.
    private func sockets(to port: Int) -> [Int32] {
        (0..<8192).filter { descriptor in
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getpeername(descriptor, $0, &length)
                }
            }
            return code == 0 && address.sin_family == sa_family_t(AF_INET)
                && Int(UInt16(bigEndian: address.sin_port)) == port
        }
    }

    @Test func `a socket of a connection is close-on-exec`() async throws {
        let transport = try CurlTransport()
        let server = try LoopbackServer(LoopbackServer.always(200))
        _ = try await transport.send(Request(.get, server.url()))
        let found = sockets(to: server.port)
        #expect(found.count == 1)
        #expect(found.allSatisfy { fcntl($0, F_GETFD) & FD_CLOEXEC != 0 })
        await transport.shutDown()
    }
}
