// SPDX-License-Identifier: Apache-2.0

import CLibSystemd
import Dispatch
package import Logging
import Support

/// Someone who can testify that one part of the daemon is alive.
package struct HealthCheck: Sendable {
    package var name: String
    /// Why this part must be held for dead, or nil while it is well.
    package var complaint: @Sendable () -> String?

    package init(_ name: String, complaint: @escaping @Sendable () -> String?) {
        self.name = name
        self.complaint = complaint
    }
}

/// Keeps the service manager's watchdog quiet while every witness is well, and only then.
///
/// A timer alone would go on for ever while all tasks starve: a serial Dispatch queue keeps time whatever
/// happens elsewhere. So each tick collects evidence, and without it the manager is left to end the service.
package final class Watchdog: Sendable {
    private let witnesses: [HealthCheck]
    private let notifier: Notifier
    private let logger: Logger
    private let queue = DispatchQueue(label: "px-clock")
    private let state = Locked(State())

    private struct State {
        var timer: DispatchSource?
        var complaints: [String] = []
    }

    /// The interval within which the manager expects to hear from this process, or nil when it does not
    /// (`WATCHDOG_USEC` and `WATCHDOG_PID`).
    package static func expectedInterval() -> Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0, microseconds > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    package init(witnesses: [HealthCheck], notifier: Notifier, logger: Logger) {
        self.witnesses = witnesses
        self.notifier = notifier
        self.logger = logger
    }

    deinit { stop() }

    /// Ticks three times an interval, so that one late tick is not the end.
    package func start(interval: Duration) {
        let source = DispatchSource.makeTimerSource(queue: queue)
        source.setEventHandler { @Sendable [weak self] in self?.tick() }
        let period = DispatchTimeInterval.microseconds(Int(clamping: max(1000, interval.microseconds / 3)))
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

    /// No tick begins after this has returned. Idempotent.
    package func stop() {
        let timer = state.withLock { state in
            let timer = state.timer
            state.timer = nil
            return timer
        }
        timer?.cancel()
    }

    /// Hears the witnesses once. Returns whether the watchdog was petted.
    @discardableResult
    package func tick() -> Bool {
        let complaints = witnesses.compactMap { witness in
            witness.complaint().map { "\(witness.name): \($0)" }
        }
        let before = state.withLock { state in
            let before = state.complaints
            state.complaints = complaints
            return before
        }
        guard complaints.isEmpty else {
            if before.isEmpty {
                logger.critical(
                    "the watchdog is not petted: \(complaints.joined(separator: "; "))",
                    metadata: ["event": "watchdog-withheld"])
            }
            return false
        }
        if !before.isEmpty {
            logger.notice("the watchdog is petted again", metadata: ["event": "watchdog-resumed"])
        }
        notifier.send(.watchdog)
        return true
    }
}
