// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The error of a failed system call.
package struct LoopbackFailure: Error, CustomStringConvertible {
    package let description: String

    /// Creates the error of the system call with the name `call` from `errno`, and closes the file descriptor
    /// `descriptor`, if it is not negative.
    init(_ call: StaticString, closing descriptor: Int32 = -1) {
        description = "\(call): \(String(cString: strerror(errno)))"
        if descriptor >= 0 { close(descriptor) }
    }
}
