// SPDX-License-Identifier: Apache-2.0

import Scripted
import Testing
import Worker

@testable import WorkerSimulation

/// The seconds of work that wait in the queue.
@Suite struct BacklogStateTests {
    private func state(_ works: [(processing: Double, slot: Double)], workers: Int = 2, slots: Int = 12)
        -> BacklogState
    {
        var state = BacklogState(cpuWorkers: workers, maxInFlight: slots)
        for work in works { state.ended(.init(processing: work.processing, slot: work.slot)) }
        return state
    }

    private func isNear(_ value: Double?, _ expected: Double, _ share: Double = 0.01) -> Bool {
        value.map { abs($0 - expected) <= share * expected } ?? false
    }

    @Test func `the scarcer of processors and slots determines the time of a message`() {
        let heavy = Array(repeating: (processing: 1.0, slot: 1.2), count: 20)
        #expect(isNear(state(heavy).messageSeconds, 0.5))
        #expect(isNear(state(heavy, workers: 4).messageSeconds, 0.25))
        let light = Array(repeating: (processing: 0.004, slot: 0.12), count: 20)
        #expect(isNear(state(light).messageSeconds, 0.01))
    }

    @Test func `the backlog is unknown before the first picture and the first count`() {
        var state = BacklogState(cpuWorkers: 2, maxInFlight: 12)
        state.counted(100, at: .zero)
        #expect(state.messageSeconds == nil && state.backlogSeconds(at: .zero) == nil)
        // A message without a picture, such as a test event, does not make it known.
        state.ended(.init(processing: 0, slot: 0.01, isPicture: false))
        #expect(state.backlogSeconds(at: .zero) == nil)
        state.ended(.init(processing: 1, slot: 1))
        // Messages without a picture count as soon as there is an estimate.
        #expect(isNear(state.backlogSeconds(at: .zero), 25))
        var uncounted = self.state([(1, 1)])
        #expect(uncounted.backlogSeconds(at: .zero) == nil)
        uncounted.counted(0, at: .zero)
        #expect(uncounted.backlogSeconds(at: .zero) == 0)
    }

    @Test func `an old count is no backlog and an idle time does not change the time of a message`() {
        var state = state([(1, 1)])
        state.counted(100, at: .zero)
        #expect(isNear(state.backlogSeconds(at: .seconds(300)), 50))
        #expect(state.backlogSeconds(at: .seconds(301)) == nil)
        state.counted(10, at: .seconds(1_000_000))
        #expect(isNear(state.backlogSeconds(at: .seconds(1_000_000)), 5))
    }

    @Test func `a mixture of small and huge pictures has the time of their mean`() {
        var random = SplitMix(seed: 7)
        var state = BacklogState(cpuWorkers: 2, maxInFlight: 12)
        var worst = 0.0
        // One in ten has a thousand times the work of the others: 1.0009 s of work on average, 0.50045 s on two workers.
        for index in 0..<4000 {
            let isHuge = random.next() % 10 == 0
            state.ended(.init(processing: isHuge ? 10 : 0.001, slot: isHuge ? 11 : 0.05))
            if index > 400 { worst = max(worst, abs((state.messageSeconds ?? 0) / 0.50045 - 1)) }
        }
        #expect(worst < 0.9, "\(worst)")
    }

    @Test func `a changed mixture replaces the earlier one within some hundred messages`() {
        var state = state(Array(repeating: (0.004, 0.01), count: 10_000))
        for _ in 0..<64 { state.ended(.init(processing: 2, slot: 3)) }
        #expect(isNear(state.messageSeconds, 0.5, 0.02))
        for _ in 0..<300 { state.ended(.init(processing: 2, slot: 3)) }
        #expect(isNear(state.messageSeconds, 1, 0.05))
    }

    @Test func `waits for a processor do not make the time of a message larger than it is`() {
        // Twelve messages arrive at once for two processors, and end in pairs at 1, 2, ... 6 seconds.
        let burst = (1...6).flatMap { [(processing: 1.0, slot: Double($0)), (1.0, Double($0))] }
        #expect(isNear(state(Array(repeating: burst, count: 9).flatMap(\.self)).messageSeconds, 0.5))
    }

    @Test func `a worker reports the slot time of its messages and the messages that the queue counts`() {
        let harness = WorkerHarness(hasLongWork: false)
        harness.start()
        #expect(harness.run(10) { harness.worker.status.sinceLastPoll != nil })
        harness.worker.counted(visibleMessages: 40)
        #expect(harness.worker.status.backlogSeconds == nil)
        for index in 0..<40 { harness.upload("\(index).jpg") }
        #expect(harness.run(1000) { harness.messages.allSatisfy(\.isDeleted) })
        let seconds = harness.worker.status.messageSeconds ?? 0
        // Work takes 10 ms to 3 s in the simulation, and a message has one of four slots.
        #expect((0.1...2).contains(seconds), "\(seconds)")
        harness.worker.counted(visibleMessages: 40)
        #expect(isNear(harness.worker.status.backlogSeconds, 40 * seconds))
    }

    @Test func `an outage does not make the time of a message larger`() {
        let harness = WorkerHarness(hasLongWork: false)
        harness.start()
        for index in 0..<40 { harness.upload("\(index).jpg") }
        #expect(harness.run(1000) { harness.messages.allSatisfy(\.isDeleted) })
        let before = harness.worker.status.messageSeconds ?? 0
        harness.inject("GetObject", .unavailable, delay: 30)
        for index in 40..<60 { harness.upload("\(index).jpg") }
        harness.run(3600)
        #expect(harness.messages.contains { !$0.isDeleted })
        harness.clearFaults()
        #expect(harness.run(4000) { harness.messages.allSatisfy(\.isDeleted) })
        let after = harness.worker.status.messageSeconds ?? 0
        #expect(after > 0 && after < 2 * before, "\(before) s, then \(after) s")
    }
}
