// SPDX-License-Identifier: Apache-2.0

import HTTP
import Scripted
import Testing

@testable import Curl

@Suite(.timeLimit(.minutes(2)))
struct LoadTests {
    @Test func `two thousand cancelled requests close their connections`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.holdUntilHangUp()
        }
        var options = CurlOptions()
        options.maxConnectionsPerHost = 200
        let transport = try CurlTransport(options)
        let tasks = (0..<2000).map { _ in
            Task { try await transport.send(Request(.get, server.url())) }
        }
        try await server.requests.reaches(200)
        for task in tasks { task.cancel() }
        for task in tasks {
            let result = await task.result
            #expect(throws: TransportError.self) { try result.get() }
        }
        try await server.hangUps.reaches(server.connections.count)
        await transport.shutDown()
        #expect(transport.status.finished <= 2000)
        #expect(transport.status.pending == 0)
    }

    @Test func `cancellation at any moment ends a request once, with a response or as cancelled`()
        async throws
    {
        let server = try LoopbackServer(LoopbackServer.always(200, body: Array(repeating: 1, count: 5000)))
        let transport = try CurlTransport()
        let tasks = (0..<1000).map { number in
            Task {
                let inner = Task { try await transport.send(Request(.put, server.url(), body: [1, 2, 3])) }
                for _ in 0..<(number % 50) { await Task.yield() }
                inner.cancel()
                return await inner.result
            }
        }
        var kinds: Set<String> = []
        for task in tasks {
            switch await task.value {
            case .success: kinds.insert("done")
            case .failure(let error): kinds.insert((error as? TransportError)?.kind.rawValue ?? "\(error)")
            }
        }
        #expect(kinds.isSubset(of: ["done", "cancelled"]))
        // The transport still works.
        #expect(try await transport.send(Request(.get, server.url())).status == 200)
    }

    @Test func `a shutdown ends a thousand requests`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.holdUntilHangUp()
        }
        let transport = try CurlTransport()
        let tasks = (0..<1000).map { _ in Task { try await transport.send(Request(.get, server.url())) } }
        try await server.requests.reaches(64)
        await transport.shutDown()
        for task in tasks {
            let result = await task.result
            let error = #expect(throws: TransportError.self) { try result.get() }
            #expect(error?.kind == .shutDown)
        }
        #expect(transport.status.pending == 0)
    }
}
