// SPDX-License-Identifier: Apache-2.0

package import Metrics
package import Worker

/// The content of the pages of the health server. The pages are made from snapshots only, so that they are available
/// even when the worker hangs.
package struct HealthPage: Sendable {
    private let phase: @Sendable () -> SupervisorState.Phase
    private let status: @Sendable () -> WorkerStatus
    private let note: @Sendable () -> String?
    private let decoderFailure: @Sendable () -> String?
    private let problems: @Sendable () -> [String]
    private let metrics: @Sendable (Exposition.Format) -> String

    /// Makes the pages from functions that return snapshots.
    ///
    /// - Parameters:
    ///   - phase: the function that returns the phase of the daemon.
    ///   - status: the function that returns the status of the worker.
    ///   - note: the function that returns the note that ends the status line, such as the errors of the last reload.
    ///   - decoderFailure: the function that returns the reason for which no decoder can be started; nil if one can.
    ///   - problems: the function that returns the problems of the failing health checks.
    ///   - metrics: the function that returns the metrics in a format.
    package init(
        phase: @escaping @Sendable () -> SupervisorState.Phase,
        status: @escaping @Sendable () -> WorkerStatus, note: @escaping @Sendable () -> String?,
        decoderFailure: @escaping @Sendable () -> String? = { nil },
        problems: @escaping @Sendable () -> [String],
        metrics: @escaping @Sendable (Exposition.Format) -> String
    ) {
        self.phase = phase
        self.status = status
        self.note = note
        self.decoderFailure = decoderFailure
        self.problems = problems
        self.metrics = metrics
    }

    /// Returns the response to a request, or nil when there is no such page.
    package func reply(to request: HealthRequest) -> HealthReply? {
        switch request.path {
        case "/livez": return live
        case "/readyz": return ready
        case "/metrics":
            let format = Exposition.Format(accept: request.accept)
            return HealthReply(200, metrics(format), contentType: format.contentType)
        default: return nil
        }
    }

    /// The response to `/livez`: status 503 when a health check of the watchdog fails, so that a restart is needed, and
    /// 200 otherwise.
    private var live: HealthReply {
        let problems = problems()
        return problems.isEmpty
            ? HealthReply(200, "ok\n") : HealthReply(503, problems.joined(separator: "\n") + "\n")
    }

    /// The response to `/readyz`: status 200 while the daemon is ready (`Readiness`), and 503 otherwise. The body is
    /// the status line, which says why, after the problems of health checks and of decoders. Invalid credentials make
    /// the daemon not ready, but do not affect `/livez`.
    private var ready: HealthReply {
        let (phase, status) = (phase(), status())
        let problems = Readiness.problems(problems(), decoderFailure: decoderFailure())
        let line = StatusText.line(phase, status, note: note())
        let isReady = Readiness.isReady(phase, status, problems: problems)
        return HealthReply(isReady ? 200 : 503, (problems + [line]).joined(separator: "; ") + "\n")
    }
}
