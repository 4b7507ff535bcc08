// SPDX-License-Identifier: Apache-2.0

import Support

/// Measures how long a Swift task waits until it runs: the evidence that the cooperative pool turns.
package final class SchedulerLatencyProbe: Sendable {
    private let asked = Locked<ContinuousClock.Instant?>(nil)

    package init() {}

    /// How long the question that is still open has been open, and asks a new one when none is.
    ///
    /// The task is deliberately owned by nobody: that it gets a thread at all is what is measured.
    package func delay(now: ContinuousClock.Instant = .now) -> Duration {
        let open = asked.withLock { asked in
            guard let since = asked else {
                asked = now
                return ContinuousClock.Instant?.none
            }
            return since
        }
        if let open { return open.duration(to: now) }
        Task.detached { [asked] in asked.withLock { $0 = nil } }
        return .zero
    }

    package func witness(limit: Duration) -> HealthCheck {
        HealthCheck("tasks") { [self] in
            let delay = delay()
            guard delay > limit else { return nil }
            return "no task has run for \(delay.components.seconds) s"
        }
    }
}
