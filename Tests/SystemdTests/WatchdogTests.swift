// SPDX-License-Identifier: Apache-2.0

import Logging
import Support
import Systemd
import Testing

struct WatchdogTests {
    private let sent = Locked<[String]>([])
    private let problem = Locked<String?>(nil)
    /// True when the service manager receives.
    private let isRead = Locked(true)

    private func watchdog(_ checks: [HealthCheck]) -> Watchdog {
        Watchdog(
            checks: checks,
            notifier: Notifier { [sent, isRead] text in
                guard isRead.withLock({ $0 }) else { return false }
                sent.withLock { $0.append(text) }
                return true
            },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func `one failing health check withholds the keep-alive until it passes again`() {
        let poller = HealthCheck("poller") { [problem] in problem.withLock { $0 } }
        let watchdog = watchdog([HealthCheck("loop") { nil }, poller])
        #expect(watchdog.tick())
        problem.withLock { $0 = "no poll for 300 s" }
        #expect(!watchdog.tick())
        #expect(!watchdog.tick())
        problem.withLock { $0 = nil }
        #expect(watchdog.tick())
        #expect(sent.withLock { $0 } == ["WATCHDOG=1", "WATCHDOG=1"])
    }

    @Test
    func `a service manager that does not read is no failure, and gets no ping of a stalled worker later`() {
        let watchdog = watchdog([HealthCheck("worker") { [problem] in problem.withLock { $0 } }])
        isRead.withLock { $0 = false }
        #expect(!watchdog.tick())
        problem.withLock { $0 = "a poll has not been answered" }
        isRead.withLock { $0 = true }
        #expect(!watchdog.tick())
        #expect(sent.withLock { $0 } == [])
        problem.withLock { $0 = nil }
        #expect(watchdog.tick())
        #expect(sent.withLock { $0 } == ["WATCHDOG=1"])
    }

    @Test(.timeLimit(.minutes(1))) func `the timer sends keep-alives until it is stopped`() async {
        let (ticks, arrived) = AsyncStream<Void>.makeStream()
        let watchdog = Watchdog(
            checks: [],
            notifier: Notifier { _ in
                arrived.yield()
                return true
            },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        watchdog.start(interval: .milliseconds(30))
        var turns = ticks.makeAsyncIterator()
        for _ in 0..<4 { await turns.next() }
        watchdog.stop()
        watchdog.stop()
    }
}
