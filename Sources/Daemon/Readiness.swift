// SPDX-License-Identifier: Apache-2.0

import Worker

/// The condition of readiness, which the page `/readyz`, the command `pixelated health` and the metric `ready` report.
enum Readiness {
    /// Returns true while messages are received and processed. It is false before the first response of the queue,
    /// after a failed poll, while the circuit breaker of sources and outputs is open, so that messages are received
    /// only as trials, while there are `problems`, and from the begin of a drain.
    ///
    /// A worker that receives nothing because it has `worker.maxInFlight` messages in flight is ready.
    ///
    /// - Parameter problems: The problems that are not in the status of the worker (`problems`).
    static func isReady(
        _ phase: SupervisorState.Phase, _ status: WorkerStatus, problems: [String]
    ) -> Bool {
        phase == .running && status.pollFailure == nil && status.opening == nil && problems.isEmpty
    }

    /// Returns the problems of failing health checks, and that of decoders.
    ///
    /// - Parameters:
    ///   - healthChecks: The problems of the failing health checks.
    ///   - decoderFailure: The reason for which no decoder can be started; nil if one can.
    static func problems(_ healthChecks: [String], decoderFailure: String?) -> [String] {
        healthChecks + (decoderFailure.map { ["no decoder can be started: \($0)"] } ?? [])
    }
}
