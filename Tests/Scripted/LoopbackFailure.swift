// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A failed system call of the test support.
package struct LoopbackFailure: Error, CustomStringConvertible {
    package let description: String

    /// Makes an error of `errno`, and closes a descriptor.
    init(_ call: StaticString, closing descriptor: Int32 = -1) {
        description = "\(call): \(String(cString: strerror(errno)))"
        if descriptor >= 0 { close(descriptor) }
    }
}
