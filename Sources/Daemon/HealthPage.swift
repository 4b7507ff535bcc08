// SPDX-License-Identifier: Apache-2.0

import Metrics
package import Worker

/// What the health page says. Reads snapshots only, so it answers even when everything else stands still.
package struct HealthPage: Sendable {
    private let phase: @Sendable () -> SupervisorState.Phase
    private let status: @Sendable () -> WorkerStatus
    private let complaints: @Sendable () -> [String]
    private let metrics: @Sendable () -> String

    /// - Parameters:
    ///   - phase: where in its life the daemon is.
    ///   - status: a snapshot of the worker.
    ///   - complaints: what the watchdog's witnesses complain of.
    ///   - metrics: the text for a scrape.
    package init(
        phase: @escaping @Sendable () -> SupervisorState.Phase,
        status: @escaping @Sendable () -> WorkerStatus,
        complaints: @escaping @Sendable () -> [String], metrics: @escaping @Sendable () -> String
    ) {
        self.phase = phase
        self.status = status
        self.complaints = complaints
        self.metrics = metrics
    }

    package func reply(to path: String) -> HealthReply? {
        switch path {
        case "/livez": live
        case "/readyz": ready
        case "/metrics": HealthReply(200, metrics(), contentType: Exposition.contentType)
        default: nil
        }
    }

    /// Whether starting again would help: only what the watchdog holds for dead is.
    private var live: HealthReply {
        let complaints = complaints()
        return complaints.isEmpty
            ? HealthReply(200, "ok\n") : HealthReply(503, complaints.joined(separator: "\n") + "\n")
    }

    /// Whether this replica takes messages: a wrong secret makes it unready and not dead.
    private var ready: HealthReply {
        let phase = phase()
        let status = status()
        let sentence = StatusText.sentence(phase, status) + "\n"
        return HealthReply(phase == .running && status.pollFailure == nil ? 200 : 503, sentence)
    }
}
