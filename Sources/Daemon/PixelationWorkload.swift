// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Settings
import Support
import Worker

/// The worker, as the supervisor sees it.
package struct PixelationWorkload: Workload {
    private let worker: PixelationWorker
    private let engine: PooledPixelator
    private let answers: AsyncStream<Void>
    private let answered: AsyncStream<Void>.Continuation
    private let drains = Locked((begun: false, hurried: false))

    init(_ worker: PixelationWorker, engine: PooledPixelator) {
        self.worker = worker
        self.engine = engine
        (answers, answered) = AsyncStream.makeStream()
    }

    package func run() async throws {
        try await worker.run { [answered] in _ = answered.yield() }
    }

    package func firstAnswer() async { for await _ in answers { return } }

    package func drain(hurry: Bool) {
        let calls = drains.withLock { drains -> Int in
            let wanted = hurry ? 2 : 1
            let made = drains.hurried ? 2 : drains.begun ? 1 : 0
            drains = (true, drains.hurried || hurry)
            return max(0, wanted - made)
        }
        for _ in 0..<calls { worker.drain() }
    }

    /// Gives the worker what may change while it works; see `Setting.isReloadable`.
    func apply(_ settings: Configuration) {
        worker.apply(
            settings.worker,
            engine: engine.reconfigured(Pixelator(settings.pixelation), options: settings.worker))
    }

    package var report: WorkloadReport {
        let status = worker.status
        var report = WorkloadReport()
        report.inFlight = status.inFlight
        report.bytesInFlight = status.bytesInFlight
        report.done = Int(clamping: status.done)
        report.skipped = Int(clamping: status.skipped)
        report.quarantined = Int(clamping: status.quarantined)
        report.retried = Int(clamping: status.retried)
        report.passedOver = Int(clamping: status.passedOver)
        report.received = Int(clamping: status.received)
        report.redelivered = Int(clamping: status.redelivered)
        report.deleted = Int(clamping: status.deleted)
        report.released = Int(clamping: status.released)
        report.lag = status.lag
        report.sinceLastPicture = status.sinceLastPicture
        report.sinceLastPoll = status.sinceLastPoll
        report.progress = Int(truncatingIfNeeded: status.progress)
        report.complaint = status.stall
        report.failure = status.pollFailure.map { .init(Verdict.exit(for: $0.kind), $0.description) }
        report.opening = status.opening.map { Self.words($0.kind, $0.since) }
        report.quarantineOpening = status.quarantineOpening.map { Self.words($0.kind, $0.since) }
        report.sinceOldestLease = status.oldestLease
        return report
    }

    private static func words(_ kind: WorkerError.Kind, _ since: Duration) -> String {
        "\(kind.rawValue) for \(StatusText.span(since))"
    }
}
