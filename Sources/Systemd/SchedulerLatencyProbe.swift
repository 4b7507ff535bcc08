// SPDX-License-Identifier: Apache-2.0

import Support

/// A probe that measures how long a new Swift task waits for a thread of the cooperative pool.
package final class SchedulerLatencyProbe: Sendable {
    /// The time at which the task that has not run yet was created; nil when there is none.
    private let pendingSince = Locked<ContinuousClock.Instant?>(nil)

    package init() {}

    /// Returns how long the probe's task has been waiting to run, and creates one when none is waiting.
    ///
    /// - Returns: Zero when the previous task has run.
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

    /// A check that fails when the delay is longer than `limit`.
    package func healthCheck(limit: Duration) -> HealthCheck {
        HealthCheck("tasks") { [self] in
            let delay = delay()
            guard delay > limit else { return nil }
            return "no task has run for \(delay.components.seconds) s"
        }
    }
}
