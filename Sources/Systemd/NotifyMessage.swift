// SPDX-License-Identifier: Apache-2.0

import Support

/// A state notification of the sd_notify(3) protocol.
package enum NotifyMessage: Sendable, Equatable {
    /// `READY=1`: the start or the reload is finished.
    case ready
    /// `RELOADING=1` and `MONOTONIC_USEC=`: a reload began at this time of CLOCK_MONOTONIC, in microseconds. A service
    /// of `Type=notify-reload` must send both in one datagram (systemd.service(5)).
    case reloading(monotonicMicroseconds: UInt64)
    /// `STOPPING=1`: the service is shutting down.
    case stopping
    /// `STATUS=`: one line for `systemctl status`.
    case status(String)
    /// `WATCHDOG=1`: the keep-alive message of the watchdog.
    case keepAlive
    /// `EXTEND_TIMEOUT_USEC=`: the timeout of the current phase, start or stop, ends this much later than now.
    case extendTimeout(Duration)
    /// `ERRNO=`: the errno-style code of a failure.
    case errno(Int32)

    /// The longest status in bytes of UTF-8; the rest is cut off. The service manager ignores a datagram of more than
    /// 4096 bytes (NOTIFY_BUFFER_MAX) with all its states, so a long status could suppress a `READY=1`.
    private static let maxStatusBytes = 2048

    /// The state as lines of the form `VARIABLE=value`, without a line break at the end.
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

    /// Returns `text` as one line of at most `maxStatusBytes`. C0 control characters become spaces: a line break
    /// would begin another assignment.
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
