// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Foundation
import HTTP
import Scripted
import Testing

@testable import Curl

@Suite(.timeLimit(.minutes(2)))
struct ConnectionTests {
    @Test func `connections have TCP keep-alive after 30 s without traffic`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.holdUntilHangUp()
        }
        let transport = try CurlTransport()
        let task = Task { try await transport.send(Request(.get, server.url())) }
        try await server.requests.reaches(1)
        let socket = try #require((0..<4096).first { peerPort(of: $0) == server.port })
        #expect(option(SOL_SOCKET, SO_KEEPALIVE, of: socket) == 1)
        #expect(option(Int32(IPPROTO_TCP), TCP_KEEPIDLE, of: socket) == 30)
        #expect(option(Int32(IPPROTO_TCP), TCP_KEEPINTVL, of: socket) == 10)
        task.cancel()
        _ = await task.result
    }

    @Test func `a connection older than its lifetime is not reused`() async throws {
        let server = try LoopbackServer(LoopbackServer.always(200))
        var options = CurlOptions()
        options.lifetimeSeconds = 1
        options.idleSeconds = 3600
        let transport = try CurlTransport(options)
        _ = try await transport.send(Request(.get, server.url()))
        // libcurl compares whole seconds, so a lifetime of one second ends after two.
        try await Task.sleep(for: .milliseconds(2100))
        #expect(try await transport.send(Request(.get, server.url())).openedConnection)
        #expect(server.connections.count == 2)
    }

    /// The first transfer puts an address into the cache of libcurl that no resolver returns.
    @Test func `a request with freshConnection resolves its name again`() throws {
        let server = try LoopbackServer(LoopbackServer.always(200))
        let url = URL(.http, host: "nobody.invalid", port: server.port)
        let easy = try #require(EasyHandle())
        func perform(_ routing: Request.Routing, knowing address: String? = nil) throws -> CURLcode {
            easy.reset()
            var headers = HeaderList()
            var addresses = HeaderList()
            try easy.prepare(for: Request(.head, url, routing: routing), CurlOptions(), headers: &headers)
            if let address {
                // The plus sign makes the entry expire like one of a resolver.
                addresses.append("+nobody.invalid:\(server.port):\(address)")
                try easy.set(CURLOPT_RESOLVE, addresses)
            }
            let code = curl_easy_perform(easy.raw)
            easy.reset()
            return code
        }
        #expect(try perform(.init(), knowing: "127.0.0.1") == CURLE_OK)
        #expect(try perform(.init()) == CURLE_OK)
        #expect(try perform(.init(freshConnection: true)) == CURLE_COULDNT_RESOLVE_HOST)
    }
}

/// Returns the port to which a descriptor of this process is connected, or nil.
private func peerPort(of descriptor: Int32) -> Int? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
    }
    guard code == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
    return Int(UInt16(bigEndian: address.sin_port))
}

private func option(_ level: Int32, _ name: Int32, of descriptor: Int32) -> Int32? {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, level, name, &value, &length) == 0 ? value : nil
}
