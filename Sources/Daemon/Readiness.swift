// SPDX-License-Identifier: Apache-2.0

import Worker

/// The condition of readiness, which the page `/readyz`, the command `pixelated health` and the metric `ready` report.
enum Readiness {
    /// Returns true while messages are received and processed. It is false before the first response of the queue,
    /// after a failed poll, while the circuit breaker of sources and outputs is open, so that messages are received
    /// only as trials, while a health check fails, while no decoder can be
    /// started, and from the begin of a drain.
    ///
    /// A worker that receives nothing because it has `worker.maxInFlight` messages in flight is ready.
    static func isReady(
        _ phase: SupervisorState.Phase, _ status: WorkerStatus, problems: [String], decoderFailure: String?
    ) -> Bool {
        phase == .running && status.pollFailure == nil && status.opening == nil && problems.isEmpty
            && decoderFailure == nil
    }
}
