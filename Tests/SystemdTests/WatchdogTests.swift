// SPDX-License-Identifier: Apache-2.0

import Logging
import Support
import Systemd
import Testing

struct WatchdogTests {
    private let sent = Locked<[String]>([])
    private let problem = Locked<String?>(nil)

    private func watchdog(_ checks: [HealthCheck]) -> Watchdog {
        Watchdog(
            checks: checks, notifier: Notifier { [sent] text in sent.withLock { $0.append(text) } },
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

    @Test(.timeLimit(.minutes(1))) func `the timer sends keep-alives until it is stopped`() async {
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
}
