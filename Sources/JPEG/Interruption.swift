// SPDX-License-Identifier: Apache-2.0

import CJPEG

/// A deadline and a flag that stop a decoder from outside, between two rows of blocks.
///
/// `@unchecked Sendable` because after `init` the only thing that changes is a C11 atomic.
package final class Interruption: @unchecked Sendable {
    let pointer: OpaquePointer
    private let outer: Interruption?

    package enum State: Sendable { case running, cancelled, deadlinePassed }

    /// - Parameters:
    ///   - duration: from now on the monotonic clock; `nil` means no deadline.
    ///   - outer: what stops the decoder as well.
    package init(after duration: Duration?, within outer: Interruption? = nil) {
        var nanoseconds: Int64 = -1
        if let duration {
            let (seconds, attoseconds) = duration.components
            let whole = max(seconds, 0).multipliedReportingOverflow(by: 1_000_000_000)
            let sum = whole.partialValue.addingReportingOverflow(max(attoseconds, 0) / 1_000_000_000)
            nanoseconds = whole.overflow || sum.overflow ? .max : sum.partialValue
        }
        let created = px_interruption_create(nanoseconds, outer?.pointer)
        guard let pointer = created else { fatalError("out of memory") }
        self.pointer = pointer
        self.outer = outer
    }

    /// Stops the decoder at its next row of blocks. From any thread, any number of times.
    package func cancel() { px_interruption_cancel(pointer) }

    package var state: State {
        switch px_interruption_check(pointer) {
        case .cancelled: .cancelled
        case .deadline: .deadlinePassed
        default: .running
        }
    }

    deinit { px_interruption_destroy(pointer) }
}
