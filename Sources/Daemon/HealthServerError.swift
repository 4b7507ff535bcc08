// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The error of a health server that cannot listen on its address.
package struct HealthServerError: Error, CustomStringConvertible {
    /// The name of the system call that failed, such as `bind`.
    package var call: String
    package var address: String
    /// The value of `errno` after the failed system call.
    package var code: Int32

    package var description: String {
        "cannot listen at \(address): \(call): \(String(cString: strerror(code)))"
    }
}
