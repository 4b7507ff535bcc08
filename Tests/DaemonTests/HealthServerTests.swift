// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Settings
import Systemd
import Testing

@testable import Daemon

struct HealthServerTests {
    private func server(
        _ address: String = "127.0.0.1:0", limits: HealthLimits = HealthLimits()
    ) throws -> HealthServer {
        let address = try #require(ListenAddress(address))
        return try HealthServer(address, limits: limits) { request in
            switch request.path {
            case "/livez": HealthReply(200, "ok\n")
            // More than the buffers of a connection hold (tcp(7), tcp_rmem and tcp_wmem).
            case "/large": HealthReply(200, String(repeating: "m", count: 32_000_000))
            case "/metrics": HealthReply(200, String(repeating: "m", count: 3_000_000))
            case "/accept": HealthReply(200, request.accept ?? "none")
            default: nil
            }
        }
    }

    private func bound(_ path: String, type: __socket_type) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(type.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let code = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(code == 0)
        return descriptor
    }

    /// The first socket is of another type, the second one has a full backlog.
    @Test(arguments: [SOCK_DGRAM, SOCK_STREAM])
    func `the socket of a living process is never removed`(type: __socket_type) throws {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "px-\(UInt32.random(in: 0 ... .max))"
        ).path
        let owner = bound(path, type: type)
        defer { close(owner); unlink(path) }
        var clients: [Int32] = []
        defer { for client in clients { close(client) } }
        if type == SOCK_STREAM {
            #expect(listen(owner, 0) == 0)
            let address = try #require(ListenAddress(path))
            let target = try #require(SocketAddress(address))
            repeat {
                clients.append(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0))
            } while target.connect(clients[clients.count - 1]) == 0
        }
        #expect(throws: HealthServerError.self) { try server(path) }
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test func `a server that ends leaves the socket of its successor`() throws {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "px-\(UInt32.random(in: 0 ... .max))"
        ).path
        let first = try server(path)
        unlink(path)
        let second = try server(path)
        first.stop()
        #expect(try exchange(second, "GET /livez HTTP/1.0\r\n\r\n").contains("ok"))
        second.stop()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// Sends a request and returns the bytes received until the server closes the connection.
    private func exchange(_ server: HealthServer, _ request: String) throws -> String {
        let file = try connection(to: server)
        try file.write(contentsOf: Data(request.utf8))
        return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    }

    private func connection(to server: HealthServer) throws -> FileHandle {
        let descriptor: Int32
        switch server.address {
        case .internet(_, let port):
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
            try connect(descriptor, address)
        case .unix(let path):
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            try connect(descriptor, address)
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    private func connect<Address>(_ descriptor: Int32, _ address: Address) throws {
        let code = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard code == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    }

    @Test func `a response has a Content-Length, and the server closes the connection`() throws {
        let server = try server()
        defer { server.stop() }
        let answer = try exchange(server, "GET /livez?verbose HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("\r\nContent-Length: 3\r\n") && answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nok\n"))
    }

    @Test func `a body larger than the socket's buffer is sent completely`() throws {
        let server = try server()
        defer { server.stop() }
        let answer = try exchange(server, "GET /metrics HTTP/1.0\r\n\r\n")
        #expect(answer.count { $0 == "m" } >= 3_000_000)
    }

    @Test(arguments: [
        ("HEAD /livez HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK"),
        ("GET /nothing HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found"),
        ("POST /livez HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed"),
        ("hello\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        ("GET /" + String(repeating: "a", count: 10_000), "HTTP/1.1 431 Request Header Fields Too Large"),
    ])
    func `the server responds to an invalid request with the status of HTTP`(
        request: String, expected: String
    ) throws {
        let server = try server()
        defer { server.stop() }
        let answer = try exchange(server, request)
        #expect(answer.hasPrefix(expected + "\r\n"))
        if request.hasPrefix("HEAD") { #expect(answer.hasSuffix("\r\n\r\n")) }
    }

    /// The time limits are longer than the test, so that only the closing of the slow connections lets the last one in.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("", "GET /livez HTTP/1.1\r\n\r\n"), ("GET ", "/livez HTTP/1.1\r\n\r\n"),
            ("GET /livez HTTP/1.1\r\nHost: x\r\n", "\r\n"),
        ])
    func `clients that send no complete request never delay the answer for another one`(
        part: String, rest: String
    ) throws {
        var limits = HealthLimits()
        (limits.requestTime, limits.responseTime) = (.seconds(3600), .seconds(3600))
        let server = try server(limits: limits)
        defer { server.stop() }
        var slow: [FileHandle] = []
        for _ in 0..<400 {
            let client = try connection(to: server)
            try client.write(contentsOf: Data(part.utf8))
            slow.append(client)
        }
        for _ in 0..<3 {
            #expect(try exchange(server, "GET /livez HTTP/1.1\r\n\r\n").hasSuffix("ok\n"))
        }
        // The oldest connections were closed, the latest ones were not.
        #expect((try? slow[0].readToEnd()) == nil)
        try slow[399].write(contentsOf: Data(rest.utf8))
        #expect(try slow[399].readToEnd() != nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func `clients that do not read their responses never delay the answer for another one`() throws {
        var limits = HealthLimits()
        (limits.requestTime, limits.responseTime) = (.seconds(3600), .seconds(3600))
        limits.connections = 2
        let server = try server(limits: limits)
        defer { server.stop() }
        var slow: [FileHandle] = []
        for _ in 0..<5 {
            let client = try connection(to: server)
            try client.write(contentsOf: Data("GET /large HTTP/1.1\r\n\r\n".utf8))
            slow.append(client)
        }
        #expect(try exchange(server, "GET /livez HTTP/1.1\r\n\r\n").hasSuffix("ok\n"))
        withExtendedLifetime(slow) {}
    }

    @Test(.timeLimit(.minutes(1)))
    func `a connection is closed when its request or its response takes too long`() throws {
        var limits = HealthLimits()
        (limits.requestTime, limits.responseTime) = (.milliseconds(50), .milliseconds(50))
        let server = try server(limits: limits)
        defer { server.stop() }
        let idle = try connection(to: server)
        #expect(try idle.readToEnd() == nil)
        let unread = try connection(to: server)
        try unread.write(contentsOf: Data("GET /large HTTP/1.1\r\n\r\n".utf8))
        // The deadline of this connection is after that of the one before.
        #expect(try connection(to: server).readToEnd() == nil)
        #expect((try? unread.readToEnd() ?? Data())?.count ?? 0 < 32_000_000)
    }

    @Test func `the sockets are close-on-exec from the beginning`() throws {
        let address = try #require(ListenAddress("127.0.0.1:0"))
        let listener = try HealthListener.open(address)
        defer { close(listener.descriptor) }
        guard case .internet(_, let port) = listener.address else { return }
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        inet_pton(AF_INET, "127.0.0.1", &target.sin_addr)
        try connect(client, target)
        let accepted = AcceptedSocket.accept(from: listener.descriptor)
        defer { close(accepted) }
        for descriptor in [listener.descriptor, accepted] {
            #expect(fcntl(descriptor, F_GETFD) == FD_CLOEXEC)
            #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
        }
    }

    @Test func `the header Accept is read whatever the case of its name`() throws {
        let server = try server()
        defer { server.stop() }
        let asked = "GET /accept HTTP/1.1\r\nHost: x\r\nACCEPT:  text/plain, */*\r\n\r\n"
        #expect(try exchange(server, asked).hasSuffix("\r\n\r\ntext/plain, */*"))
        #expect(try exchange(server, "GET /accept HTTP/1.1\r\nHost: x\r\n\r\n").hasSuffix("none"))
    }

    @Test(.timeLimit(.minutes(1)))
    func `the server stops while a page takes forever`() throws {
        let begun = DispatchSemaphore(value: 0)
        let release = DispatchSemaphore(value: 0)
        let server = try HealthServer(try #require(ListenAddress("127.0.0.1:0"))) { _ in
            begun.signal()
            release.wait()
            return nil
        }
        let client = try connection(to: server)
        try client.write(contentsOf: Data("GET /metrics HTTP/1.1\r\n\r\n".utf8))
        begun.wait()
        server.stop()
        release.signal()
    }

    @Test func `the server replaces a stale socket file and removes its own at the end`() throws {
        let path = NSTemporaryDirectory() + "pixelator-\(UUID().uuidString.prefix(8)).health"
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let gone = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let bound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(gone, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        close(gone)
        let server = try server(path)
        #expect(throws: HealthServerError.self) { try self.server(path) }
        #expect(try exchange(server, "GET /livez HTTP/1.1\r\n\r\n").hasSuffix("ok\n"))
        server.stop()
        server.stop()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `the server never removes a file that is not a socket`() throws {
        let path = NSTemporaryDirectory() + "pixelator-\(UUID().uuidString.prefix(8)).precious"
        try Data("x".utf8).write(to: URL(filePath: path))
        #expect(throws: HealthServerError.self) { try server(path) }
        #expect(FileManager.default.fileExists(atPath: path))
        try FileManager.default.removeItem(atPath: path)
    }

    @Test(arguments: [
        ("127.0.0.1:9464", ListenAddress.internet(host: "127.0.0.1", port: 9464)),
        ("[::1]:80", .internet(host: "::1", port: 80)), ("/run/x", .unix(path: "/run/x")),
        ("localhost:1", nil),
        ("127.0.0.1", nil), ("::1:80", nil), (":80", nil), ("127.0.0.1:70000", nil), ("", nil),
    ])
    func `a listen address is a numeric address with a port, or an absolute path`(
        text: String, expected: ListenAddress?
    ) {
        #expect(ListenAddress(text) == expected)
    }
}
