// SPDX-License-Identifier: Apache-2.0

import Metrics

/// What the health page says. Reads snapshots only, so it answers even when everything else stands still.
package struct HealthPage: Sendable {
    private let phase: @Sendable () -> SupervisorState.Phase
    private let report: @Sendable () -> WorkloadReport
    private let complaints: @Sendable () -> [String]
    private let metrics: @Sendable () -> String

    /// - Parameters:
    ///   - phase: where in its life the daemon is.
    ///   - report: how the work is going.
    ///   - complaints: what the watchdog's witnesses complain of.
    ///   - metrics: the text for a scrape.
    package init(
        phase: @escaping @Sendable () -> SupervisorState.Phase,
        report: @escaping @Sendable () -> WorkloadReport,
        complaints: @escaping @Sendable () -> [String], metrics: @escaping @Sendable () -> String
    ) {
        self.phase = phase
        self.report = report
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
        let report = report()
        let sentence = StatusText.sentence(phase, report) + "\n"
        return HealthReply(phase == .running && report.failure == nil ? 200 : 503, sentence)
    }
}
