// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Decoding
import Foundation
import Pixelation
import Support
import Testing

/// A pool with scripted decoders, which misbehave at pictures of a width.
@Suite(.serialized) struct DecoderPoolTests {
    /// A misbehaviour of a decoder, and the error that its picture has.
    struct Case: Sendable, CustomTestStringConvertible {
        var argument: String
        var kind: PixelationError.Kind
        var detail: String
        /// The number of decoders that the picture costs.
        var decoders = 2
        var seconds: Double

        init(
            _ argument: String, _ kind: PixelationError.Kind, _ detail: String, decoders: Int = 2,
            seconds: Double = 20
        ) {
            self.argument = argument
            self.kind = kind
            self.detail = detail
            self.decoders = decoders
            self.seconds = seconds
        }

        var testDescription: String { argument }
    }

    static let cases = [
        Case("segfault", .decoderCrashed, "SIGSEGV"),
        Case("abort", .decoderCrashed, "SIGABRT"),
        Case("exit", .decoderCrashed, "exit status 7"),
        Case("stack-overflow", .decoderCrashed, "SIGSEGV"),
        Case("out-of-memory", .decoderOutOfMemory, "exit status 86"),
        Case("killed", .decoderOutOfMemory, "SIGKILL"),
        Case("loop", .deadline, "was killed", decoders: 1, seconds: 2),
        Case("nothing", .deadline, "was killed", decoders: 1, seconds: 2),
        Case("half", .deadline, "was killed", decoders: 1, seconds: 2),
        Case("closes", .decoderGarbage, "closed its channel"),
        Case("garbage", .decoderGarbage, "a message of"),
        Case("huge-length", .decoderGarbage, "a message of 2147483647 bytes"),
        Case("too-much", .decoderGarbage, "bytes behind the answer"),
        Case("too-little", .decoderGarbage, "ends 1 bytes early"),
        Case("wrong-grid", .decoderGarbage, "3 bytes behind the end"),
        Case("wrong-bands", .decoderGarbage, "the colour model 4 in place of 3"),
        Case("wrong-number", .decoderGarbage, "an answer to another request"),
        Case("unknown-kind", .decoderGarbage, "a message of kind 9 in place of kind 4"),
        Case("unknown-error", .decoderGarbage, "an error with the number 200"),
        // The sandbox.
        Case("allocates", .decoderOutOfMemory, "exit status 86"),
        Case("opens", .decoderCrashed, "SIGSYS"),
        Case("connects", .decoderCrashed, "SIGSYS"),
        Case("executes", .decoderCrashed, "SIGSYS"),
        Case("forks", .decoderCrashed, "SIGSYS"),
        Case("early-answer", .decoderUnavailable, "a decoder sent bytes without a request"),
    ]

    @Test(arguments: cases)
    func `a decoder that misbehaves costs exactly one picture while seven others finish`(_ test: Case)
        async throws
    {
        // The decoders of this script send an answer after their start, before any picture.
        guard test.argument != "early-answer" else { return try await early(test) }
        let harness = Harness(test.argument, limit: 8)
        let good = Picture.cells(width: Picture.slowWidth)
        let expected = await Harness.reduce(good, with: InProcessReducer())
        harness.pool.keep(8)
        #expect(try await Harness.eventually { harness.pool.status.readyCount == 8 })
        try await withThrowingTaskGroup(of: Result<Reduction, PixelationError>.self) { group in
            for _ in 0..<7 { group.addTask { await harness.reduce(good) } }
            let bad = await harness.reduce(Picture.cells(width: Picture.badWidth), seconds: test.seconds)
            guard case .failure(let error) = bad else {
                Issue.record("the picture was decoded")
                return
            }
            #expect(error.kind == test.kind && error.detail.contains(test.detail), "\(error)")
            for try await result in group { #expect(result == expected) }
        }
        #expect(harness.deaths == Array(repeating: test.kind.rawValue, count: test.decoders))
        // The next picture is decoded by a new decoder.
        #expect(await harness.reduce(good) == expected)
        #expect(try await Harness.eventually { harness.pool.status.readyCount == 8 })
        await harness.shutDown()
        #expect(harness.pids.count == 8 + test.decoders)
        #expect(!harness.pids.contains { Harness.exists($0) }, "a process is left")
    }

    private func early(_ test: Case) async throws {
        let harness = Harness(test.argument)
        harness.pool.keep(1)
        #expect(
            try await Harness.eventually { harness.pids.count == 1 || harness.pool.status.failure != nil })
        let result = await harness.reduce(Picture.cells(width: 20))
        // No picture is charged for it: each of these decoders is a failed start.
        if case .failure(let error) = result {
            #expect(error.kind == .decoderUnavailable, "\(error)")
        } else {
            Issue.record("the picture was decoded")
        }
        await harness.shutDown()
        #expect(!harness.pids.contains { Harness.exists($0) })
    }

    @Test func `the text of an error has no control characters and is UTF-8`() async throws {
        let harness = Harness("control-characters")
        let result = await harness.reduce(Picture.cells(width: Picture.badWidth))
        #expect(result == .failure(PixelationError(.corrupt, "a?[2Jb?c?\u{FFFD}")))
        #expect(harness.deaths.isEmpty)
        await harness.shutDown()
    }

    @Test func `a decoder can neither write nor resize the shared memory`() async throws {
        let harness = Harness("writes-memory")
        let result = await harness.reduce(Picture.cells(width: Picture.badWidth))
        #expect(result == .failure(PixelationError(.corrupt, "nothing")))
        await harness.shutDown()
    }

    // MARK: The start

    @Test(arguments: [
        ("dies-before-ready", "exit status 3"), ("garbage-before-ready", "in place of"),
        ("no-sandbox", "the sandbox is incomplete: no-new-privileges"), ("dies-after-ready", "exit status 4"),
        ("missing", "No such file"),
    ])
    func `a decoder that cannot be started is an error of the machine`(_ argument: String, _ detail: String)
        async
    {
        let harness = argument == "missing" ? nil : Harness(argument)
        let pool =
            harness?.pool
            ?? DecoderPool(
                DecoderOptions(fileBytes: 4096, memoryLimit: 256 << 20), limit: 1,
                program: DecoderProgram(path: "/nonexistent/decoder", arguments: []))
        let result = await Harness.reduce(Picture.cells(width: 20), with: pool)
        guard case .failure(let error) = result else {
            Issue.record("the picture was decoded")
            return
        }
        #expect(error.kind == .decoderUnavailable && error.detail.contains(detail), "\(error)")
        let isCleared = argument == "dies-after-ready"
        // The failure is cleared while the next decoder is ready, before it dies.
        #expect(isCleared || pool.status.failure?.contains(detail) == true)
        pool.shutDown()
    }

    @Test func `a decoder that is silent at its start is killed and counts as unavailable`() async {
        let harness = Harness("silent-before-ready") { $0.start = .milliseconds(200) }
        let result = await harness.reduce(Picture.cells(width: 20))
        guard case .failure(let error) = result else {
            Issue.record("the picture was decoded")
            return
        }
        #expect(error.kind == .decoderUnavailable && error.detail.contains("no answer within"), "\(error)")
        await harness.shutDown()
        #expect(harness.pids.isEmpty)
    }

    // MARK: Limits of time

    @Test func `a cancelled picture ends at once and its decoder is replaced`() async throws {
        let harness = Harness("nothing")
        let cancellation = Cancellation()
        async let result = harness.reduce(Picture.cells(width: Picture.badWidth), cancellation: cancellation)
        #expect(try await Harness.eventually { harness.pids.count == 1 })
        cancellation.cancel()
        guard case .failure(let error) = await result else {
            Issue.record("the picture was decoded")
            return
        }
        #expect(error.kind == .cancelled)
        #expect(harness.deaths.isEmpty)
        guard case .success = await harness.reduce(Picture.cells(width: 20)) else {
            Issue.record("the next picture was not decoded")
            return
        }
        await harness.shutDown()
        #expect(harness.pids.count == 2)
        #expect(!harness.pids.contains { Harness.exists($0) })
    }

    @Test func `the decoder ends at the deadline itself and is kept`() async throws {
        let harness = Harness("none") { $0.grace = .seconds(60) }
        let file = try Picture.noise(width: 1500, height: 1000, isProgressive: true)
        #expect(await (try harness.reduce(Picture.cells(width: 20)).get()).grids.count == 5)
        guard case .failure(let error) = await harness.reduce(file, seconds: 0.001) else {
            Issue.record("the picture was decoded")
            return
        }
        #expect(error.kind == .deadline)
        #expect(harness.deaths.isEmpty)
        await harness.shutDown()
    }

    // MARK: Changes

    @Test func `bytes of an idle decoder are not charged to the next picture`() async throws {
        let harness = Harness("late-bytes")
        let good = Picture.cells(width: 20)
        let expected = await Harness.reduce(good, with: InProcessReducer())
        #expect(await (try harness.reduce(Picture.cells(width: Picture.badWidth)).get()).grids.count == 5)
        // The decoder sends the bytes 100 ms after its answer.
        try await Task.sleep(for: .milliseconds(500))
        let first = try #require(harness.pids.first)
        #expect(await harness.reduce(good) == expected)
        #expect(harness.deaths.isEmpty)
        #expect(harness.events.contains(.endedIdle(pid: first, "sent bytes without a request")))
        #expect(!harness.pool.pids.contains(first))
        await harness.shutDown()
    }

    @Test func `an idle decoder that is killed is replaced`() async throws {
        let harness = Harness("none")
        #expect(await (try harness.reduce(Picture.cells(width: 20)).get()).grids.count == 5)
        // The pool may report a decoder after its first picture.
        #expect(try await Harness.eventually { !harness.pids.isEmpty })
        let first = try #require(harness.pids.first)
        kill(first, SIGKILL)
        #expect(try await Harness.eventually { harness.pids.count == 2 && !Harness.exists(first) })
        #expect(harness.events.contains(.endedIdle(pid: first, "ended with SIGKILL")))
        #expect(harness.pool.status.failure == nil)
        #expect(await (try harness.reduce(Picture.cells(width: 20)).get()).grids.count == 5)
        await harness.shutDown()
    }

    @Test func `a smaller limit ends idle decoders and new options replace them`() async throws {
        let harness = Harness("none", limit: 4)
        harness.pool.keep(4)
        #expect(try await Harness.eventually { harness.pids.count == 4 })
        harness.pool.reconfigure(DecoderOptions(fileBytes: 64 << 20, memoryLimit: 256 << 20), limit: 2)
        #expect(try await Harness.eventually { harness.pids.count { Harness.exists($0) } == 2 })
        #expect(harness.pids.count == 4)
        harness.pool.reconfigure(DecoderOptions(fileBytes: 1 << 20, memoryLimit: 256 << 20), limit: 2)
        #expect(try await Harness.eventually { harness.pids.count == 6 })
        #expect(
            try await Harness.eventually {
                harness.pids.filter { Harness.exists($0) } == Array(harness.pids[4...])
            })
        await harness.shutDown()
        #expect(!harness.pids.contains { Harness.exists($0) })
    }

    @Test func `a file longer than the shared memory is refused without a decoder's death`() async throws {
        let harness = Harness("none", fileBytes: 4096)
        let file = try Picture.noise(width: 200, height: 200)
        guard case .failure(let error) = await harness.reduce(file) else {
            Issue.record("the picture was decoded")
            return
        }
        #expect(error.kind == .tooManyBytes)
        #expect(harness.deaths.isEmpty)
        await harness.shutDown()
    }

    @Test func `a decoder with much shared memory is replaced when it is idle`() async throws {
        let harness = Harness("none") { $0.idle = .milliseconds(10) }
        let file = try Picture.noise(width: 20, height: 20) + [UInt8](repeating: 0, count: 9 << 20)
        #expect(await (try harness.reduce(file).get()).grids.count == 5)
        #expect(try await Harness.eventually { harness.pids.count == 2 })
        let first = try #require(harness.pids.first)
        #expect(try await Harness.eventually { !Harness.exists(first) })
        #expect(await (try harness.reduce(Picture.cells(width: 20)).get()).grids.count == 5)
        try await Task.sleep(for: .milliseconds(100))
        #expect(harness.pids.count == 2)
        await harness.shutDown()
    }

    @Test func `a decoder with much shared memory is replaced after sixteen pictures that need little`()
        async throws
    {
        let harness = Harness("none") { $0.idle = .seconds(600) }
        let large = try Picture.noise(width: 20, height: 20) + [UInt8](repeating: 0, count: 9 << 20)
        for pictures in [15, 16] {
            let decoders = harness.pids.count
            #expect(await (try harness.reduce(large).get()).grids.count == 5)
            for _ in 0..<pictures {
                #expect(await (try harness.reduce(Picture.cells(width: 20)).get()).grids.count == 5)
            }
            #expect(harness.pids.count == max(decoders, 1))
        }
        #expect(try await Harness.eventually { harness.pids.count == 2 })
        await harness.shutDown()
    }

    @Test func `many decoders keep less memory each than few`() {
        let kept = [1, 4, 16].map {
            DecoderOptions(isolation: .required, PixelationOptions(), count: $0).keptBytes
        }
        #expect(kept == [64 << 20, 64 << 20, 16 << 20])
    }

    @Test func `a stopped pool throws`() async throws {
        let harness = Harness("none")
        harness.pool.keep(1)
        await harness.shutDown()
        guard case .failure(let error) = await harness.reduce(Picture.cells(width: 20)) else {
            Issue.record("the picture was decoded")
            return
        }
        #expect(error.kind == .decoderUnavailable)
    }
}
