// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The reason for which a decoder process was not started.
struct DecoderStartFailure: Error, Sendable, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }

    /// Creates the failure of a system call with a value of `errno`.
    init(_ call: String, _ code: Int32) {
        description = "\(call): \(String(cString: strerror(code)))"
    }
}
