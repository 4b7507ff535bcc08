// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Logging
import Support
import Systemd
import Testing

struct WatchdogTests {
    private let sent = Locked<[String]>([])
    private let complaint = Locked<String?>(nil)

    private func watchdog(_ witnesses: [HealthCheck]) -> Watchdog {
        Watchdog(
            checks: witnesses, notifier: Notifier { [sent] text in sent.withLock { $0.append(text) } },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private var witness: HealthCheck {
        HealthCheck("poller") { [complaint] in complaint.withLock { $0 } }
    }

    @Test func `one unwell witness is enough to withhold the petting`() {
        let watchdog = watchdog([HealthCheck("loop") { nil }, witness])
        #expect(watchdog.tick())
        complaint.withLock { $0 = "no poll for 300 s" }
        #expect(!watchdog.tick())
        #expect(!watchdog.tick())
        complaint.withLock { $0 = nil }
        #expect(watchdog.tick())
        #expect(sent.withLock { $0 } == ["WATCHDOG=1", "WATCHDOG=1"])
    }

    @Test(.timeLimit(.minutes(1))) func `the timer pets until it is stopped`() async {
        let (ticks, arrived) = AsyncStream<Void>.makeStream()
        let watchdog = Watchdog(
            checks: [], notifier: Notifier { _ in arrived.yield() },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        watchdog.start(interval: .milliseconds(30))
        var turns = ticks.makeAsyncIterator()
        for _ in 0..<4 { await turns.next() }
        watchdog.stop()
        watchdog.stop()
    }

    @Test func `the pulse measures how long no task has run`() async {
        let pulse = SchedulerLatencyProbe()
        let start = ContinuousClock.now
        #expect(pulse.delay(now: start) == .zero)
        // The question may be open or answered, but it never seems older than it is.
        #expect(pulse.delay(now: start + .seconds(3)) <= .seconds(3))
    }

    /// The cooperative pool is as wide as the machine: with every thread of it blocked no task runs.
    @Test(.timeLimit(.minutes(1))) func `a starved pool makes the pulse complain`() async {
        let pulse = SchedulerLatencyProbe()
        let verdict = await withCheckedContinuation { continuation in
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
                // Let the rest of the pool fill up, then ask.
                while blocked.wait(timeout: .now() + .milliseconds(300)) == .success {}
                let start = ContinuousClock.now
                _ = pulse.delay(now: start)
                let delay = pulse.delay(now: start + .seconds(90))
                for _ in 0..<width { gate.signal() }
                continuation.resume(returning: delay)
            }
        }
        #expect(verdict == .seconds(90))
    }
}

private func hold(_ gate: DispatchSemaphore, _ blocked: DispatchSemaphore) {
    blocked.signal()
    gate.wait()
}
