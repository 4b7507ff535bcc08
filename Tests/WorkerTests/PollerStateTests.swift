// SPDX-License-Identifier: Apache-2.0

import Testing
import Worker

/// When the queue is asked, and when again.
@Suite final class IntakeTests {
    private var intake = PollerState(.init(maxInFlight: 4, wait: .seconds(20)))
    private var now = Duration.zero

    /// Asks as soon as it may; the answer comes after `seconds`. Returns how long it had to wait before.
    private func poll(_ count: Int = 0, after seconds: Int) -> Duration? {
        let began = now
        while true {
            switch intake.next(now: now, allowance: nil, isMemoryConstrained: false) {
            case .stop, .pause(nil): return nil
            case .pause(let until?): now = until
            case .poll(_, let wait):
                let asked = now
                now += .seconds(seconds)
                intake.answered(count, requestedAt: asked, wait: wait, now: now, jitter: 1)
                for _ in 0..<count { intake.messageEnded() }
                return asked - began
            }
        }
    }

    @Test func `an empty queue that holds its answers back is asked again at once`() {
        #expect(poll(after: 0) == .zero, "the first one is short")
        for _ in 0..<5 { #expect(poll(after: 20) == .zero) }
        #expect(poll(after: 12) == .zero && poll(after: 20) == .zero)
    }

    @Test func `one that does not is asked ever less often, until it does or has something`() {
        #expect(poll(after: 0) == .zero)
        #expect((0..<9).map { _ in poll(after: 0) } == [0, 1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(intake.earlyEmptyResponses == 9)
        #expect(poll(1, after: 0) == .seconds(60))
        #expect(poll(after: 0) == .zero && poll(after: 20) == .seconds(1) && poll(after: 20) == .zero)
    }

    @Test func `pauses do not put off the end of an idle worker`() {
        intake.limits.idle = .seconds(5)
        while poll(after: 0) != nil {}
        #expect(now == .seconds(5))
    }

    @Test func `short polls that bring nothing are a second apart`() {
        intake.limits.wait = .zero
        #expect((0..<4).map { _ in poll(after: 0) } == [0, 0, 1, 1].map { .seconds($0) })
        #expect(poll(3, after: 0) == .seconds(1) && poll(after: 0) == .zero)
    }

    @Test func `a worker at a queue that does not wait sends few requests and still gets its messages`() {
        let stage = Stage(isImpatient: true)
        stage.start()
        stage.run(600)
        #expect(stage.calls("ReceiveMessage") < 25)
        stage.upload("a.jpg")
        #expect(stage.run(200) { stage.message(0).isDeleted })
    }
}
