// SPDX-License-Identifier: Apache-2.0

import Support

/// A probe that measures how long a new Swift task waits for a thread of the cooperative thread pool.
package final class SchedulerLatencyProbe: Sendable {
    /// The creation time of the task that is waiting to run; nil when no task is waiting.
    private let pendingSince = Locked<ContinuousClock.Instant?>(nil)

    package init() {}

    /// Returns how long the task of the probe has been waiting to run, and creates such a task when none is waiting.
    ///
    /// - Returns: the time since the creation of the waiting task; zero when no task was waiting.
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

    /// Returns a health check that fails when the waiting time of the task is longer than `limit`.
    package func healthCheck(limit: Duration) -> HealthCheck {
        HealthCheck("tasks") { [self] in
            let delay = delay()
            guard delay > limit else { return nil }
            return "no task has run for \(delay.components.seconds) s"
        }
    }
}
