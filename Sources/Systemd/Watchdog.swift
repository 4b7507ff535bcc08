// SPDX-License-Identifier: Apache-2.0

import CLibSystemd
import Dispatch
package import Logging
import Support

/// The sender of the keep-alive pings `WATCHDOG=1` (sd_watchdog_enabled(3)), which are sent while every health check
/// passes.
///
/// A running timer alone does not prove that the rest of the process works: a serial Dispatch queue runs even while no
/// Swift task can run. Each tick of the timer therefore runs the health checks first. While one of them fails, no ping
/// is sent, and the service manager restarts the service after `WatchdogSec=`. A service manager that does not read its
/// socket is no failure: the ping of the next tick replaces the one that could not be sent.
package final class Watchdog: Sendable {
    private let checks: [HealthCheck]
    private let notifier: Notifier
    private let logger: Logger
    private let queue = DispatchQueue(label: "px-clock")
    private let state = Locked(State())

    private struct State {
        var timer: DispatchSource?
        /// The problems of the health checks at the latest tick of the timer; empty when the tick sent a keep-alive
        /// ping.
        var problems: [String] = []
    }

    /// Returns the interval within which the service manager expects a keep-alive ping, from the environment variables
    /// `WATCHDOG_USEC` and `WATCHDOG_PID`; nil when it expects none.
    package static func expectedInterval() -> Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0, microseconds > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    package init(checks: [HealthCheck], notifier: Notifier, logger: Logger) {
        self.checks = checks
        self.notifier = notifier
        self.logger = logger
    }

    deinit { stop() }

    /// Starts a timer that ticks three times in each `interval`, so that one late tick has no effect. The minimum time
    /// between ticks is one millisecond.
    package func start(interval: Duration) {
        let source = DispatchSource.makeTimerSource(queue: queue)
        source.setEventHandler { @Sendable [weak self] in self?.tick() }
        let period = DispatchTimeInterval.microseconds(Int(clamping: max(1000, interval.inMicroseconds / 3)))
        source.schedule(deadline: .now(), repeating: period)
        guard let timer = source as? DispatchSource else { return }
        let previous = state.withLock { state in
            let previous = state.timer
            state.timer = timer
            return previous
        }
        previous?.cancel()
        source.resume()
    }

    /// Stops the timer. No tick begins after this function has returned, and further calls have no effect.
    package func stop() {
        let timer = state.withLock { state in
            let timer = state.timer
            state.timer = nil
            return timer
        }
        timer?.cancel()
    }

    /// Runs all health checks once, and sends a keep-alive ping when all of them pass. The first failure and the
    /// recovery are logged.
    ///
    /// - Returns: True when the ping was sent.
    @discardableResult
    package func tick() -> Bool {
        let problems = checks.compactMap { check in check.problem().map { "\(check.name): \($0)" } }
        let before = state.withLock { state in
            let before = state.problems
            state.problems = problems
            return before
        }
        guard problems.isEmpty else {
            if before.isEmpty {
                logger.critical(
                    "the watchdog keep-alive is withheld: \(problems.joined(separator: "; "))",
                    metadata: ["event": "watchdog-withheld"])
            }
            return false
        }
        if !before.isEmpty {
            logger.notice(
                "the watchdog keep-alive is sent again", metadata: ["event": "watchdog-resumed"])
        }
        return notifier.send(.keepAlive)
    }
}
