// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Systemd
import Testing

struct SchedulerLatencyProbeTests {
    @Test func `the delay is at most the time since the probe's task was created`() async {
        let probe = SchedulerLatencyProbe()
        let start = ContinuousClock.now
        #expect(probe.delay(now: start) == .zero)
        // The task may have run already, which makes the delay zero.
        #expect(probe.delay(now: start + .seconds(3)) <= .seconds(3))
    }

    /// The cooperative pool has as many threads as the machine has cores. While all of them are blocked no task runs.
    @Test(.timeLimit(.minutes(1))) func `the delay grows while all threads of the pool are blocked`() async {
        let probe = SchedulerLatencyProbe()
        let delay = await withCheckedContinuation { continuation in
            DispatchQueue(label: "observer").async {
                let gate = DispatchSemaphore(value: 0)
                let blocked = DispatchSemaphore(value: 0)
                let width = 64
                for _ in 0..<width {
                    Task.detached {
                        hold(gate, blocked)
                    }
                }
                blocked.wait()
                // Wait until no further thread of the pool takes one of the tasks.
                while blocked.wait(timeout: .now() + .milliseconds(300)) == .success {}
                let start = ContinuousClock.now
                _ = probe.delay(now: start)
                let delay = probe.delay(now: start + .seconds(90))
                for _ in 0..<width { gate.signal() }
                continuation.resume(returning: delay)
            }
        }
        #expect(delay == .seconds(90))
    }
}

private func hold(_ gate: DispatchSemaphore, _ blocked: DispatchSemaphore) {
    blocked.signal()
    gate.wait()
}
