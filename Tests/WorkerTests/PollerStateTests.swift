// SPDX-License-Identifier: Apache-2.0

import Testing
import Worker

@testable import WorkerSimulation

/// The times of the polls.
@Suite final class PollerStateTests {
    private var poller = PollerState(.init(maxInFlight: 4, wait: .seconds(20)))
    private var now = Duration.zero

    /// Sends the next poll, whose answer arrives after `seconds`.
    ///
    /// - Returns: The pause before the poll; nil when there is no further poll.
    private func poll(_ count: Int = 0, after seconds: Int) -> Duration? {
        let began = now
        while true {
            switch poller.next(now: now, allowance: nil, isMemoryConstrained: false) {
            case .stop, .pause(nil): return nil
            case .pause(let until?): now = until
            case .poll(_, let wait):
                let asked = now
                now += .seconds(seconds)
                poller.answered(count, requestedAt: asked, wait: wait, now: now, jitter: 1)
                for _ in 0..<count { poller.messageEnded() }
                return asked - began
            }
        }
    }

    @Test func `an empty long poll that lasted its wait is followed by the next at once`() {
        #expect(poll(after: 0) == .zero, "the first poll is short")
        for _ in 0..<5 { #expect(poll(after: 20) == .zero) }
        #expect(poll(after: 12) == .zero && poll(after: 20) == .zero)
    }

    @Test func `empty long polls that return early are followed by growing pauses`() {
        #expect(poll(after: 0) == .zero)
        #expect((0..<9).map { _ in poll(after: 0) } == [0, 1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(poller.earlyEmptyResponses == 9)
        #expect(poll(1, after: 0) == .seconds(60))
        #expect(poll(after: 0) == .zero && poll(after: 20) == .seconds(1) && poll(after: 20) == .zero)
    }

    @Test func `pauses between polls do not delay the stop of an idle worker`() {
        poller.limits.idle = .seconds(5)
        while poll(after: 0) != nil {}
        #expect(now == .seconds(5))
    }

    @Test func `empty short polls are a second apart`() {
        poller.limits.wait = .zero
        #expect((0..<4).map { _ in poll(after: 0) } == [0, 0, 1, 1].map { .seconds($0) })
        #expect(poll(3, after: 0) == .seconds(1) && poll(after: 0) == .zero)
    }

    @Test(arguments: [(1, 1), (4, 1), (8, 2), (12, 4), (29, 9), (42, 10), (1000, 10)])
    func `a poll is sent when a third of the places is free, at most ten`(places: Int, batch: Int) {
        poller.limits.maxInFlight = places
        poller.answered(places, requestedAt: now, wait: .zero, now: now, jitter: 1)
        for free in 0...batch {
            let step = poller.next(now: now, allowance: nil, isMemoryConstrained: false)
            #expect(step == (free < batch ? .pause(until: nil) : .poll(count: batch, wait: .seconds(20))))
            #expect(poller.isFull == (free < batch))
            if free < places { poller.messageEnded() }
        }
    }

    @Test func `a circuit breaker and the last messages of a limit permit a poll for one message`() {
        poller.limits.maxInFlight = 30
        #expect(
            poller.next(now: now, allowance: 1, isMemoryConstrained: false) == .poll(count: 1, wait: .zero))
        poller.limits.messages = 3
        #expect(
            poller.next(now: now, allowance: nil, isMemoryConstrained: false) == .poll(count: 3, wait: .zero))
    }

    @Test func `a worker at a queue without long polls sends few requests and gets its messages`() {
        let harness = WorkerHarness(answersEmptyPollsAtOnce: true)
        harness.start()
        harness.run(600)
        #expect(harness.calls("ReceiveMessage") < 25)
        harness.upload("a.jpg")
        #expect(harness.run(200) { harness.message(0).isDeleted })
    }
}
