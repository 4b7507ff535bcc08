// SPDX-License-Identifier: Apache-2.0

import Support

/// A state notification of the sd_notify(3) protocol.
package enum NotifyMessage: Sendable, Equatable {
    /// The notification `READY=1`: the start or the reload of the service is finished.
    case ready
    /// The notifications `RELOADING=1` and `MONOTONIC_USEC=`: a reload began at this time of CLOCK_MONOTONIC, in
    /// microseconds. A service of `Type=notify-reload` must send both in one datagram (systemd.service(5)).
    case reloading(monotonicMicroseconds: UInt64)
    /// The notification `STOPPING=1`: the service is shutting down.
    case stopping
    /// The notification `STATUS=`: the line that `systemctl status` shows.
    case status(String)
    /// The notification `WATCHDOG=1`: the keep-alive ping of the watchdog.
    case keepAlive
    /// The notification `EXTEND_TIMEOUT_USEC=`: the start or stop of the service does not time out within this duration
    /// from now.
    case extendTimeout(Duration)
    /// The notification `ERRNO=`: the errno-style code of a failure.
    case errno(Int32)

    /// The maximum length of the status text in bytes of UTF-8; a longer text is cut off. The service manager ignores a
    /// datagram of more than 4096 bytes (NOTIFY_BUFFER_MAX) as a whole, so that a long status could suppress a
    /// `READY=1` in the same datagram.
    private static let maxStatusBytes = 2048

    /// The notification as lines `VARIABLE=value`, without a line break at the end.
    package var assignments: String {
        switch self {
        case .ready: "READY=1"
        case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)"
        case .stopping: "STOPPING=1"
        case .status(let text): "STATUS=" + Self.line(text)
        case .keepAlive: "WATCHDOG=1"
        case .extendTimeout(let duration): "EXTEND_TIMEOUT_USEC=\(max(0, duration.inMicroseconds))"
        case .errno(let code): "ERRNO=\(code)"
        }
    }

    /// The variable of the notification, such as `STATUS`. A notification replaces earlier ones of the same kind.
    var kind: Substring { assignments.prefix { $0 != "=" } }

    /// Returns `text` as one line of at most `maxStatusBytes` bytes. C0 control characters become spaces, because a
    /// line break would begin another assignment.
    private static func line(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            guard bytes <= maxStatusBytes else { return String(out) + "…" }
            out.append(scalar.value < 32 ? " " : scalar)
        }
        return String(out)
    }
}
