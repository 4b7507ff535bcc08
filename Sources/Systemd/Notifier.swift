// SPDX-License-Identifier: Apache-2.0

import CLibSystemd
import Glibc

/// Tells the service manager how the service is (sd_notify(3)). Without a service manager nothing is sent.
///
/// States of one call travel in one datagram, so the manager never sees half of them.
package struct Notifier: Sendable {
    private let deliver: @Sendable (String) -> Void

    /// Speaks to the socket that `NOTIFY_SOCKET` names; silent when the variable is not set.
    ///
    /// A manager that went away is no reason to stop working, so failures of the socket are not reported.
    package static let serviceManager = Notifier { text in _ = sd_notify(0, text) }

    package init(_ deliver: @escaping @Sendable (String) -> Void) {
        self.deliver = deliver
    }

    package func send(_ states: NotifyState...) {
        guard !states.isEmpty else { return }
        deliver(states.map(\.assignments).joined(separator: "\n"))
    }
}

/// One statement of the notification protocol.
package enum NotifyState: Sendable, Equatable {
    /// Start-up is finished, or a reload is.
    case ready
    /// A reload has begun at this time of the monotonic clock, in microseconds. The manager of
    /// `Type=notify-reload` services needs the time in the same datagram.
    case reloading(monotonicMicroseconds: UInt64)
    case stopping
    /// A sentence for `systemctl status`.
    case status(String)
    case watchdog
    /// The current phase, start or stop, needs up to this much longer from now on.
    case extendTimeout(Duration)
    /// The errno that describes a failure best.
    case errno(Int32)

    /// The manager ignores a datagram of more than 4096 bytes (NOTIFY_BUFFER_MAX), with all that is in it: a long
    /// status must not cost a READY.
    private static let statusBytes = 2048

    private static func line(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            guard bytes <= statusBytes else { return String(out) + "…" }
            out.append(scalar.value < 32 ? " " : scalar)
        }
        return String(out)
    }

    /// Lines of the form `VARIABLE=value`. Line breaks within a status become spaces: they would start a
    /// statement of their own.
    package var assignments: String {
        switch self {
        case .ready: "READY=1"
        case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)"
        case .stopping: "STOPPING=1"
        case .status(let text):
            "STATUS=" + Self.line(text)
        case .watchdog: "WATCHDOG=1"
        case .extendTimeout(let duration): "EXTEND_TIMEOUT_USEC=\(duration.microseconds)"
        case .errno(let code): "ERRNO=\(code)"
        }
    }
}

/// The monotonic clock that the service manager compares with, in microseconds.
package func monotonicMicroseconds() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000
}

extension Duration {
    /// Whole microseconds, never negative.
    var microseconds: Int64 {
        max(0, components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000)
    }
}
