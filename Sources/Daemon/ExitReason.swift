// SPDX-License-Identifier: Apache-2.0

/// How the process ends, in the numbers of sysexits.h(3), so that a service manager can tell what starting
/// again would mend.
package enum ExitReason: Int32, Sendable, CaseIterable {
    case success = 0
    /// Some of several things asked for went wrong; each has been named.
    case failure = 1
    /// The command line is wrong.
    case usage = 64
    /// The queue or a bucket does not exist.
    case unavailable = 69
    /// A defect of the program.
    case software = 70
    /// Something outside failed that may be well again later: network, throttling, an outage.
    case temporary = 75
    /// AWS does not know this identity or does not let it do what is needed.
    case identity = 77
    /// The configuration cannot be used.
    case configuration = 78

    /// Whether starting again may help without anybody changing anything.
    package var isWorthRestarting: Bool { self == .temporary || self == .software || self == .failure }

    /// The errno that says the same, for the service manager's `ERRNO=`.
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
