// SPDX-License-Identifier: Apache-2.0

import Support
package import Worker

/// The status line of the daemon, which `systemctl status`, `pixelated health` and `/readyz` show.
package enum StatusText {
    /// The maximum length of the status line in bytes. Texts of servers in it may be longer.
    private static let maxBytes = 2048

    /// Returns the status of the daemon in one line of at most 2048 bytes and without control characters, with its
    /// parts separated by semicolons.
    ///
    /// - Parameter note: a note that is appended, such as the result of the last reload.
    package static func line(
        _ phase: SupervisorState.Phase, _ status: WorkerStatus, note: String? = nil
    ) -> String {
        var parts: [String] = [heading(phase, status)]
        if status.inFlight > 0 {
            parts.append("\(grouped(status.inFlight)) in flight (\(megabytes(status.bytesInFlight)))")
        } else if phase != .starting {
            parts.append("nothing in flight")
        }
        if phase != .starting {
            var counts = ["\(grouped(status.done)) done"]
            if status.skipped > 0 { counts.append("\(grouped(status.skipped)) skipped") }
            if status.ignored > 0 { counts.append("\(grouped(status.ignored)) ignored") }
            if status.quarantined > 0 { counts.append("\(grouped(status.quarantined)) quarantined") }
            if status.retried > 0 { counts.append("\(grouped(status.retried)) retried") }
            parts.append(counts.joined(separator: ", "))
            if let age = status.sinceLastPicture { parts.append("last picture \(ago(age))") }
        }
        if phase == .running, status.pollFailure == nil, status.opening == nil, let lag = status.lag {
            parts.append(lag == .zero ? "nothing waiting" : "\(span(lag)) behind")
        }
        if let opening = status.quarantineOpening {
            parts.append("quarantine records cannot be stored: \(text(of: opening))")
        }
        if let note { parts.append(note) }
        return parts.joined(separator: "; ").withoutControlCharacters.truncated(toBytes: maxBytes)
    }

    private static func heading(_ phase: SupervisorState.Phase, _ status: WorkerStatus) -> String {
        switch phase {
        case .starting:
            status.pollFailure.map { "starting; retrying: \($0)" }
                ?? "starting; waiting for the first response of the queue"
        case .running:
            if let failure = status.pollFailure {
                "cannot poll\(status.sinceLastPoll.map { " since \(span($0))" } ?? ""): \(failure)"
            } else if let opening = status.opening {
                "circuit breaker open: \(text(of: opening))"
            } else {
                "polling"
            }
        case .draining: "draining"
        case .stopping: "stop forced"
        case .stopped: "stopped"
        }
    }

    private static func text(of opening: WorkerStatus.OpenBreaker) -> String {
        "\(opening.kind.rawValue) for \(span(opening.age))"
    }

    /// Returns `number` with thousands separators, such as `1,204`.
    package static func grouped(_ number: Int) -> String {
        var out = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0 && index % 3 == 0 { out = "," + out }
            out = String(digit) + out
        }
        return (number < 0 ? "-" : "") + out
    }

    /// Returns a number of bytes in megabytes of 1,000,000 bytes, such as `12 MB`, rounded up so that only 0 bytes are
    /// `0 MB`.
    package static func megabytes(_ bytes: Int) -> String { "\(grouped((bytes + 999_999) / 1_000_000)) MB" }

    private static func ago(_ age: Duration) -> String { span(age) + " ago" }

    /// Returns a duration as text, rounded down, such as `0.4 s`, `12 s`, `3 min`, `5 h` or `2 days`.
    package static func span(_ duration: Duration) -> String {
        let tenths = duration.inMilliseconds / 100
        return switch tenths {
        case ..<0: "0.0 s"
        case ..<100: "\(tenths / 10).\(tenths % 10) s"
        case ..<1200: "\(tenths / 10) s"
        case ..<72_000: "\(tenths / 600) min"
        case ..<1_728_000: "\(tenths / 36_000) h"
        default: "\(tenths / 864_000) days"
        }
    }
}
