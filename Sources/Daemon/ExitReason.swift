// SPDX-License-Identifier: Apache-2.0

/// The reason why the process ends. The raw value is the exit status, with the numbers of sysexits.h(3), by which a
/// service manager decides about a restart.
package enum ExitReason: Int32, Sendable, CaseIterable {
    case success = 0
    /// Some of the requested operations failed, each with an error message, or the service is not ready.
    case failure = 1
    /// The command line is invalid.
    case usage = 64
    /// The queue or a bucket does not exist.
    case unavailable = 69
    /// An internal error of the program occurred, such as a shutdown that does not end.
    case software = 70
    /// A temporary failure, such as a network failure, throttling or an outage of AWS.
    case temporary = 75
    /// AWS refuses the credentials, or the credentials lack a permission.
    case identity = 77
    /// The configuration is invalid.
    case configuration = 78

    /// The corresponding errno value for the notification `ERRNO=` to the service manager (sd_notify(3)); nil when
    /// there is none.
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
