// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Foundation
import HTTP
import Scripted
import Support
import Testing

@testable import Curl

/// A script that reads a request and sends no response.
private let silence: LoopbackServer.Script = { peer in
    try peer.readRequest()
    try peer.holdUntilHangUp()
}

@Suite(.timeLimit(.minutes(2)))
struct LifecycleTests {
    @Test func `the cancellation of a request ends its transfer and closes its connection`() async throws {
        let server = try LoopbackServer(silence)
        let transport = try CurlTransport()
        let task = Task { try await transport.send(Request(.get, server.url())) }
        try await server.requests.reaches(1)
        task.cancel()
        let error = await #expect(throws: TransportError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        #expect(error?.phase == .waiting)
        try await server.hangUps.reaches(1)
    }

    @Test func `a task that has been cancelled sends no request`() async throws {
        let server = try LoopbackServer(LoopbackServer.always(200))
        let transport = try CurlTransport()
        let gate = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            for await _ in gate.stream {}
            return try await transport.send(Request(.get, server.url()))
        }
        task.cancel()
        gate.continuation.finish()
        let error = await #expect(throws: TransportError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        #expect(error?.phase == .queued)
        #expect(server.connections.count == 0)
    }

    @Test func `a shutdown ends active requests, and a second one has no effect`() async throws {
        let server = try LoopbackServer(silence)
        let transport = try CurlTransport()
        let task = Task { try await transport.send(Request(.get, server.url())) }
        try await server.requests.reaches(1)
        async let first: Void = transport.shutDown()
        async let second: Void = transport.shutDown()
        _ = await (first, second)
        let error = await #expect(throws: TransportError.self) { try await task.value }
        #expect(error?.kind == .shutDown)
        #expect(transport.status.isShutDown)
        #expect(transport.status.pending == 0)
        await transport.shutDown()
        #expect(transport.status.failure == nil)
        let late = await #expect(throws: TransportError.self) {
            try await transport.send(Request(.get, server.url()))
        }
        #expect(late?.kind == .shutDown)
        #expect(late?.phase == .queued)
    }

    @Test func `the deallocation of a transport ends its thread`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.respond(200)
            try peer.holdUntilHangUp()
        }
        do {
            let transport = try CurlTransport()
            _ = try await transport.send(Request(.get, server.url()))
        }
        try await server.hangUps.reaches(1)
    }

    @Test func `a failure of the loop ends active and later requests`() async throws {
        let server = try LoopbackServer(silence)
        try await withBrokenWait { transport, breakNow in
            let task = Task { try await transport.send(Request(.get, server.url())) }
            try await server.requests.reaches(1)
            breakNow()
            let error = await #expect(throws: TransportError.self) { try await task.value }
            #expect(error?.kind == .shutDown)
            let late = await #expect(throws: TransportError.self) {
                try await transport.send(Request(.get, server.url()))
            }
            #expect(late?.kind == .shutDown)
            await transport.shutDown()
            #expect(transport.status.failure?.kind == .loopDied)
        }
    }

    @Test func `a shutdown ends requests that the loop has not taken yet`() async throws {
        let gate = Locked((isOpen: false, sleeps: 0))
        let transport = try CurlTransport(CurlOptions()) { _, _, _, _ in
            gate.withLock { $0.sleeps += 1 }
            while !gate.withLock({ $0.isOpen }) { usleep(1000) }
            return 0
        }
        while gate.withLock({ $0.sleeps }) == 0 { try await Task.sleep(for: .milliseconds(1)) }
        let port = try LoopbackClosedPort()
        let task = Task { try await transport.send(Request(.get, port.url)) }
        while transport.status.pending == 0 { try await Task.sleep(for: .milliseconds(1)) }
        async let end: Void = transport.shutDown()
        // The loop is blocked, so the status comes from the command queue.
        while !transport.status.isStopping { try await Task.sleep(for: .milliseconds(1)) }
        let late = await #expect(throws: TransportError.self) {
            try await transport.send(Request(.get, port.url))
        }
        gate.withLock { $0.isOpen = true }
        await end
        let error = await #expect(throws: TransportError.self) { try await task.value }
        #expect(error?.kind == .shutDown)
        #expect(error?.phase == .queued)
        #expect(late?.kind == .shutDown)
    }

    @Test func `a request, a cancellation and a shutdown each wake a sleeping loop`() async throws {
        // The wait ends by events only. The test takes milliseconds unless a wakeup is missing.
        let timeouts = Locked(0)
        let transport = try CurlTransport(CurlOptions()) { epoll, events, count, milliseconds in
            let found = epoll_wait(epoll, events, count, milliseconds == 0 ? 0 : 20_000)
            if found == 0, milliseconds != 0 { timeouts.withLock { $0 += 1 } }
            return found
        }
        let server = try LoopbackServer(LoopbackServer.always(200))
        _ = try await transport.send(Request(.get, server.url()))
        let silent = try LoopbackServer(silence)
        let task = Task { try await transport.send(Request(.get, silent.url())) }
        try await silent.requests.reaches(1)
        task.cancel()
        let error = await #expect(throws: TransportError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        await transport.shutDown()
        #expect(transport.status.isShutDown)
        #expect(timeouts.withLock { $0 } == 0)
    }

    /// Calls `body` with a transport and a closure that makes the waits of its loop fail.
    private func withBrokenWait(
        _ body: (CurlTransport, @escaping @Sendable () -> Void) async throws -> Void
    ) async throws {
        let isBroken = Locked(false)
        let transport = try CurlTransport(CurlOptions()) { epoll, events, count, milliseconds in
            guard !isBroken.withLock({ $0 }) else {
                errno = EBADF
                return -1
            }
            // Short waits, so that the loop fails without being woken.
            return epoll_wait(epoll, events, count, min(milliseconds, 5))
        }
        try await body(transport) { isBroken.withLock { $0 = true } }
    }

    @Test func `the status shows pending requests and the time since the latest turn`() async throws {
        let server = try LoopbackServer(silence)
        let transport = try CurlTransport()
        let task = Task { try await transport.send(Request(.get, server.url())) }
        try await server.requests.reaches(1)
        let status = transport.status
        #expect(status.pending == 1)
        #expect(status.failure == nil)
        #expect(!status.isShutDown)
        // The loop turns at least every two seconds; the limit allows for a busy machine.
        #expect(status.sinceLastTurn < .seconds(60))
        task.cancel()
        _ = await task.result
        await transport.shutDown()
        #expect(transport.status.finished == 1)
        #expect(transport.status.connectionsOpened == 1)
    }

    @Test func `the thread has the name px-curl`() async throws {
        let transport = try CurlTransport()
        // The end of any request proves that the thread runs.
        _ = try? await transport.send(Request(.get, LoopbackClosedPort().url))
        let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
        let names = tasks.compactMap {
            try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)
        }
        #expect(names.contains("px-curl\n"))
        await transport.shutDown()
    }

    @Test func `the limit of one host does not delay requests to another`() async throws {
        var options = CurlOptions()
        options.maxConnectionsPerHost = 2
        let transport = try CurlTransport(options)
        let busy = try LoopbackServer(silence)
        let free = try LoopbackServer(LoopbackServer.always(200))
        let tasks = (0..<5).map { _ in Task { try await transport.send(Request(.get, busy.url())) } }
        try await busy.requests.reaches(2)
        let response = try await transport.send(Request(.get, free.url()))
        #expect(response.status == 200)
        #expect(busy.connections.count == 2)
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.result }
        await transport.shutDown()
    }

    @Test func `the total limit includes the wait for a connection`() async throws {
        var options = CurlOptions()
        options.maxConnectionsPerHost = 1
        let transport = try CurlTransport(options)
        let server = try LoopbackServer(silence)
        let first = Task { try await transport.send(Request(.get, server.url())) }
        try await server.requests.reaches(1)
        var request = Request(.get, server.url())
        request.limits.total = .milliseconds(100)
        let error = await #expect(throws: TransportError.self) { try await transport.send(request) }
        #expect(error?.kind == .timedOut)
        #expect(error?.phase == .queued)
        first.cancel()
        _ = await first.result
    }

    @Test func `a request above maxPendingRequests ends as overloaded`() async throws {
        var options = CurlOptions()
        options.maxPendingRequests = 1
        let transport = try CurlTransport(options)
        let server = try LoopbackServer(silence)
        let first = Task { try await transport.send(Request(.get, server.url())) }
        try await server.requests.reaches(1)
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(Request(.get, server.url()))
        }
        #expect(error?.kind == .overloaded)
        first.cancel()
        _ = await first.result
    }
}
