// SPDX-License-Identifier: Apache-2.0

import Support

/// A probe that measures how long a new Swift task waits for a thread of the cooperative thread pool.
package final class SchedulerLatencyProbe: Sendable {
    /// The creation time of the probe's task while it waits for a thread; nil when no task of the probe waits.
    private let pendingSince = Locked<ContinuousClock.Instant?>(nil)

    package init() {}

    /// Returns how long the probe's task has waited for a thread, and creates the task when none waits.
    ///
    /// - Returns: the time since the creation of the task; zero when no task was waiting.
    package func delay(now: ContinuousClock.Instant = .now) -> Duration {
        let pending = pendingSince.withLock { pendingSince in
            guard let since = pendingSince else {
                pendingSince = now
                return ContinuousClock.Instant?.none
            }
            return since
        }
        if let pending { return pending.duration(to: now) }
        // Detached, because a plain `Task` inherits the actor and the priority of its caller.
        Task.detached { [pendingSince] in pendingSince.withLock { $0 = nil } }
        return .zero
    }

    /// Returns a health check that fails when the probe's task has waited for a thread for longer than `limit`.
    package func healthCheck(limit: Duration) -> HealthCheck {
        HealthCheck("tasks") { [self] in
            let delay = delay()
            guard delay > limit else { return nil }
            return "no task has run for \(delay.components.seconds) s"
        }
    }
}
