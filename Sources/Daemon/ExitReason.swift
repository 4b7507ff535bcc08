// SPDX-License-Identifier: Apache-2.0

/// The exit status of the process, with the numbers of sysexits.h(3). A service manager decides by it whether to
/// restart.
package enum ExitReason: Int32, Sendable, CaseIterable {
    case success = 0
    /// Some of the requested operations failed; an error message names each, or the service is not ready.
    case failure = 1
    /// The command line is invalid.
    case usage = 64
    /// The queue or a bucket does not exist.
    case unavailable = 69
    /// An internal error of the program, such as a shutdown that does not end.
    case software = 70
    /// A failure that may end by itself: network, throttling, an outage of AWS.
    case temporary = 75
    /// AWS refuses the credentials, or they lack a permission.
    case identity = 77
    /// The configuration is invalid.
    case configuration = 78

    /// The corresponding errno for the service manager's `ERRNO=` (sd_notify(3)); nil when there is none.
    package var errno: Int32? {
        switch self {
        case .success, .failure, .software: nil
        case .usage, .configuration: 22  // EINVAL
        case .unavailable: 2  // ENOENT
        case .temporary: 11  // EAGAIN
        case .identity: 13  // EACCES
        }
    }
}
