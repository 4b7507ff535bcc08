// SPDX-License-Identifier: Apache-2.0

import AWS
import DeadLetters
import Support
import Testing
import Worker

/// Tests of replays with a simulated queue that stops the process at each of its calls.
struct DeadLetterReplayTests {
    /// A trial that fails for letters about keys with an `x`.
    private struct Trial: LetterTrial {
        let concurrency = 3

        func obstacle(of letter: DeadLetter) async throws -> Obstacle? {
            await Task.yield()
            guard letter.name.contains("x") else { return nil }
            return Obstacle(Failure(error: "not-found", code: "NoSuchKey"), reason: "it does not exist")
        }
    }

    private static func bodies(_ count: Int) -> [String] {
        (0..<count).map { LetterBodies.notification("\($0)\($0 % 3 == 2 ? "x" : "").jpg") }
    }

    private static func replay(
        _ queue: FakeDeadLetterQueue, limit: Int = 1000, outcomes: Locked<[String]> = Locked([])
    ) -> DeadLetterReplay {
        var replay = DeadLetterReplay(
            QueueDeadLetters(queue, limit: limit), to: queue,
            onLetter: { letter, outcome in outcomes.withLock { $0.append("\(letter.id) \(outcome)") } })
        replay.rate = 1_000_000
        return replay
    }

    @Test func `a replay sends each letter unchanged and deletes it, the first one alone`() async throws {
        let bodies = Self.bodies(25)
        let queue = FakeDeadLetterQueue(bodies)
        let outcomes = Locked<[String]>([])
        var replay = Self.replay(queue, outcomes: outcomes)
        try await replay.run()
        #expect(queue.sent == bodies && queue.letters == [])
        #expect(replay.totals.read == 25 && replay.totals.selected == 25 && replay.totals.replayed == 25)
        #expect(outcomes.withLock { $0 } == (0..<25).map { "id-\($0) replayed" })
        let pair = ["send", "delete"]
        // On a slow machine the visibility timeouts are extended as well.
        #expect(
            queue.calls.filter { $0 != "changeVisibility" }
                == ["receive"] + pair + pair + ["receive"] + pair + ["receive"] + pair + ["receive"])
    }

    @Test(arguments: [false, true], [false, true])
    func `a replay that stops at any call loses no letter, and a second one sends one batch twice at most`(
        _ hasEffect: Bool, _ hasTrial: Bool
    ) async throws {
        let bodies = Self.bodies(34)
        let wanted = hasTrial ? bodies.filter { !$0.contains("x") } : bodies
        var call = 1
        while true {
            let queue = FakeDeadLetterQueue(bodies)
            queue.restart(FakeDeadLetterQueue.Stop(call: call, hasEffect: hasEffect))
            var first = Self.replay(queue)
            first.trial = hasTrial ? Trial() : nil
            try? await first.run()
            let isUndisturbed = !queue.hasStopped
            let left = Set(queue.letters.map(\.body))
            for body in bodies { #expect(left.contains(body) || queue.sent.contains(body), "call \(call)") }

            queue.restart()
            var second = Self.replay(queue)
            second.trial = hasTrial ? Trial() : nil
            try await second.run()
            #expect(Set(queue.sent) == Set(wanted), "call \(call)")
            #expect(queue.sent.count <= wanted.count + 10, "call \(call)")
            #expect(queue.letters.map(\.body) == bodies.filter { !wanted.contains($0) })
            #expect(queue.letters.allSatisfy { !$0.isHidden })
            if isUndisturbed { break }
            call += 1
        }
        #expect(call > 10)
    }

    @Test func `entries that the queue refuses are sent and deleted later`() async throws {
        let bodies = Self.bodies(12)
        let queue = FakeDeadLetterQueue(bodies)
        queue.refuse(every: 5)
        var replay = Self.replay(queue)
        try await replay.run()
        #expect(queue.sent.sorted() == bodies.sorted() && queue.letters == [])
        #expect(replay.totals.replayed == 12 && replay.totals.duplicated == 0)
    }

    @Test func `letters that are not selected or fail the trial stay and become visible`() async throws {
        let bodies = Self.bodies(30)
        let queue = FakeDeadLetterQueue(bodies)
        let outcomes = Locked<[String]>([])
        var replay = Self.replay(queue, outcomes: outcomes)
        replay.trial = Trial()
        replay.selection.sources.include = ["1*"]
        try await replay.run()
        // 1, 10 to 19, of which 11, 14 and 17 have an x.
        #expect(queue.sent == [1, 10, 12, 13, 15, 16, 18, 19].map { bodies[$0] })
        #expect(replay.totals.selected == 11 && replay.totals.read == 30)
        #expect(replay.totals.kept == [Failure(error: "not-found", code: "NoSuchKey"): 3])
        #expect(queue.letters.count == 22 && queue.letters.allSatisfy { !$0.isHidden })
        #expect(outcomes.withLock { $0 }.count { $0.contains("kept") } == 3)
    }

    @Test func `a dry run and a maximum send no more than they should`() async throws {
        let queue = FakeDeadLetterQueue(Self.bodies(30))
        var dry = Self.replay(queue)
        dry.isDryRun = true
        dry.maximum = 17
        try await dry.run()
        #expect(queue.sent == [] && queue.letters.count == 30 && dry.totals.replayed == 17)
        #expect(queue.letters.allSatisfy { !$0.isHidden })
        var replay = Self.replay(queue)
        replay.maximum = 17
        try await replay.run()
        #expect(queue.sent.count == 17 && queue.letters.count == 13 && replay.totals.selected == 17)
    }

    @Test func `a message that is received again is not sent again`() async throws {
        let bodies = Self.bodies(25)
        let queue = FakeDeadLetterQueue(bodies)
        let again = Locked(false)
        var replay = DeadLetterReplay(
            QueueDeadLetters(queue), to: queue,
            onLetter: { letter, _ in
                // Two deleted messages and one that stays are received again.
                if letter.id == "id-9" { queue.repeatNext(["id-0", "id-2", "id-4"]) }
                again.withLock { $0 = true }
            })
        replay.trial = Trial()
        replay.rate = 1_000_000
        try await replay.run()
        #expect(again.withLock { $0 })
        #expect(queue.sent == bodies.filter { !$0.contains("x") })
        #expect(queue.letters.allSatisfy { !$0.isHidden } && queue.letters.count == 8)
        #expect(replay.totals.read == 25)
    }

    @Test func `a queue with more messages than can be hidden is read in part, and all become visible`()
        async throws
    {
        let queue = FakeDeadLetterQueue(Self.bodies(60))
        var letters = QueueDeadLetters(queue, limit: 30)
        var count = 0
        while case let read = try await letters.next(), !read.isEmpty { count += read.count }
        await letters.close()
        #expect(count == 30 && letters.isIncomplete)
        #expect(queue.letters.count == 60 && queue.letters.allSatisfy { !$0.isHidden })
    }

    @Test func `a letter that is too long for a message is sent as its original body, or stays`() async throws
    {
        let event = LetterBodies.notification("a.jpg")
        let long = String(repeating: " ", count: 1 << 20)
        let bucket = FakeQuarantineBucket([
            "q/1.json": try LetterBodies.record(.corrupt, code: "c", key: "a.jpg", body: event) + long,
            "q/2.json": try LetterBodies.record(
                .corrupt, code: "c", key: "b.jpg", body: event, bodyBytes: 3_000_000) + long,
        ])
        let queue = FakeDeadLetterQueue([])
        var replay = DeadLetterReplay(BucketDeadLetters(bucket), to: queue, onLetter: { _, _ in })
        try await replay.run()
        #expect(queue.sent == [event] && bucket.keys == ["q/2.json"])
        #expect(replay.totals.kept == [Failure(error: "not-sent", code: "too-long"): 1])
    }

    @Test func `a letter is sent with its attributes, which count for the size of a batch`() async throws {
        let long = String(repeating: "x", count: 300_000)
        let attributes = ["a": MessageAttribute(long), "b": MessageAttribute("x")]
        let queue = FakeDeadLetterQueue(Self.bodies(7), attributes: attributes)
        var replay = Self.replay(queue)
        try await replay.run()
        #expect(
            queue.sentMessages.count == 7 && queue.sentMessages.allSatisfy { $0.attributes == attributes })
        #expect(queue.calls.count { $0 == "send" } == 3, "batches of one, three and three")
    }

    @Test func `the records in a bucket are sent unchanged and deleted, and other objects are left alone`()
        async throws
    {
        var objects = ["q/a.json": "{}", "q/note.txt": "text"]
        for index in 10..<40 {
            objects["q/\(index).json"] = try LetterBodies.record(
                .corrupt, code: index < 30 ? "truncated" : "corrupt", key: "\(index).jpg", body: "b")
        }
        let bucket = FakeQuarantineBucket(objects)
        let queue = FakeDeadLetterQueue([])
        var replay = DeadLetterReplay(BucketDeadLetters(bucket), to: queue, onLetter: { _, _ in })
        replay.rate = 1_000_000
        replay.selection.failures = ["truncated"]
        try await replay.run()
        #expect(queue.sent.sorted() == (10..<30).compactMap { objects["q/\($0).json"] }.sorted())
        #expect(bucket.keys == (30..<40).map { "q/\($0).json" } + ["q/a.json", "q/note.txt"])
        #expect(replay.letters.otherObjects == 1 && replay.totals.read == 30)
    }
}
