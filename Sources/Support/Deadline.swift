// SPDX-License-Identifier: Apache-2.0

/// Deadlines in the form that the C code of the decoders takes.
package enum Deadline {
    /// Returns the number of nanoseconds from now to `deadline`: 0 when the deadline has passed, -1 when it is nil.
    package static func nanoseconds(until deadline: ContinuousClock.Instant?) -> Int64 {
        guard let deadline else { return -1 }
        return max(.zero, ContinuousClock.now.duration(to: deadline)).inNanoseconds
    }
}
