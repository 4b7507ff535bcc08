// SPDX-License-Identifier: Apache-2.0

import Glibc
import Support

/// A line about the progress on standard error, when that is a terminal.
final class ProgressLine: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    /// The time at which the line was replaced last; nil when it is not shown.
    private let shown = Locked<ContinuousClock.Instant?>(nil)

    /// Replaces the line, four times a second at most.
    func show(_ text: @autoclosure () -> String) {
        guard isTerminal else { return }
        let isDue = shown.withLock { shown in
            guard shown.map({ $0.duration(to: .now) >= .milliseconds(250) }) ?? true else { return false }
            shown = .now
            return true
        }
        // Carriage return, and the control sequence that erases the line (ECMA-48, EL).
        if isDue { _ = DescriptorOutput.write("\r\u{1B}[K\(text())".utf8, to: STDERR_FILENO) }
    }

    /// Erases the line, so that other lines can be printed.
    func clear() {
        guard isTerminal, shown.withLock({ $0.take() }) != nil else { return }
        _ = DescriptorOutput.write("\r\u{1B}[K".utf8, to: STDERR_FILENO)
    }
}
