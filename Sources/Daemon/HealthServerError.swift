// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The reason why the health server cannot listen.
package struct HealthServerError: Error, CustomStringConvertible {
    /// The system call that failed.
    package var call: String
    package var address: String
    /// The value of errno.
    package var code: Int32

    package var description: String {
        "cannot listen at \(address): \(call): \(String(cString: strerror(code)))"
    }
}
