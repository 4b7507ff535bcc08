// SPDX-License-Identifier: Apache-2.0

import Audit
import Glibc
import Support

/// The progress of an audit on standard error, when that is a terminal.
final class AuditProgress {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let begin = ContinuousClock.now
    private var shown: ContinuousClock.Instant?
    /// The number of sources; nil when it is not known.
    private let total: Int?
    /// The number of sources of the first checkpoint, which an earlier process may have audited.
    private var first: Int?

    init(total: Int?) { self.total = total }

    /// Replaces the progress line, four times a second at most.
    func show(_ checkpoint: AuditCheckpoint) {
        let done = checkpoint.totals.sources + checkpoint.totals.ignored
        let first = self.first ?? done
        self.first = first
        guard isTerminal, shown.map({ $0.duration(to: .now) >= .milliseconds(250) }) ?? true else { return }
        shown = .now
        let seconds = max(begin.duration(to: .now).inSeconds, 0.001)
        let rate = Double(done - first) / seconds
        var text = "\(checkpoint.phase.rawValue): \(done) sources"
        if rate >= 1 {
            text += ", \(Int(rate)) a second"
            if let total, total > done {
                text += ", \(AuditReport.time(.seconds(Double(total - done) / rate))) left"
            }
        }
        text += ", \(checkpoint.totals.missing) missing, \(checkpoint.totals.stale) stale"
        // Carriage return, and the control sequence that erases the line (ECMA-48, EL).
        _ = DescriptorOutput.write("\r\u{1B}[K\(text)".utf8, to: STDERR_FILENO)
    }

    /// Erases the progress line, so that other lines can be printed.
    func clear() {
        guard shown != nil, isTerminal else { return }
        shown = nil
        _ = DescriptorOutput.write("\r\u{1B}[K".utf8, to: STDERR_FILENO)
    }
}
