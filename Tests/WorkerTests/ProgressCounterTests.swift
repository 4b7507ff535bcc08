// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Worker

@Suite(.timeLimit(.minutes(1))) struct ProgressCounterTests {
    private let clock = SystemWorkerClock()
    private let progress: ProgressCounter

    init() { progress = ProgressCounter(clock: clock) }

    /// True when the poller is signaled now: its wait ends before its time.
    private var isSignaled: Bool {
        get async {
            let time = clock.now + .milliseconds(30)
            await progress.wakeup.wait(until: time)
            return clock.now < time
        }
    }

    @Test func `steps of work do not wake a poller that waits for no memory`() async {
        progress.record()
        #expect(!progress.awaitingMemory { false })
        progress.record()
        #expect(progress.count == 2)
        #expect(await !isSignaled)
    }

    @Test func `steps of work wake a poller that waits for memory until it needs none`() async {
        #expect(progress.awaitingMemory { true })
        for _ in 0..<2 {
            progress.record()
            await progress.wakeup.wait(until: clock.now + .seconds(3600))
        }
        #expect(!progress.awaitingMemory { false })
        progress.record()
        #expect(await !isSignaled)
    }

    @Test func `a step that frees memory while the poller looks at it wakes the poller`() async {
        let isScarce = progress.awaitingMemory {
            progress.record()
            return true
        }
        #expect(isScarce)
        await progress.wakeup.wait(until: clock.now + .seconds(3600))
    }
}
