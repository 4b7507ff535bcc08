// SPDX-License-Identifier: Apache-2.0

import Audit
import Support

/// The progress of an audit on standard error, when that is a terminal.
final class AuditProgress {
    private let line = ProgressLine()
    private let begin = ContinuousClock.now
    /// The number of sources; nil when it is not known.
    private let total: Int?
    /// The number of sources of the first checkpoint, which an earlier process may have audited.
    private var first: Int?

    init(total: Int?) { self.total = total }

    /// Replaces the progress line, four times a second at most.
    func show(_ checkpoint: AuditCheckpoint) {
        let done = checkpoint.totals.objects
        let first = self.first ?? done
        self.first = first
        line.show(text(checkpoint, done: done, first: first))
    }

    /// Erases the progress line, so that other lines can be printed.
    func clear() { line.clear() }

    private func text(_ checkpoint: AuditCheckpoint, done: Int, first: Int) -> String {
        let rate = Double(done - first) / max(begin.duration(to: .now).inSeconds, 0.001)
        var text = "\(checkpoint.phase.rawValue): \(done.counted("source"))"
        if rate >= 1 {
            text += ", \(Int(rate)) a second"
            if let total, total > done {
                text += ", \(AuditReport.time(.seconds(Double(total - done) / rate))) left"
            }
        }
        return text + ", \(checkpoint.totals.missing) missing, \(checkpoint.totals.stale) stale"
    }
}
