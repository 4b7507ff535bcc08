// SPDX-License-Identifier: Apache-2.0

/// What `systemctl status` shows: the sentence that an operator would write.
package enum StatusText {
    /// `remark` is what is to be said besides how the work goes.
    package static func sentence(
        _ phase: SupervisorState.Phase, _ report: WorkloadReport, remark: String? = nil
    ) -> String {
        var parts: [String] = [heading(phase, report)]
        if report.inFlight > 0 {
            parts.append("\(grouped(report.inFlight)) in flight (\(megabytes(report.bytesInFlight)))")
        } else if phase != .starting {
            parts.append("nothing in flight")
        }
        if phase != .starting {
            var counts = ["\(grouped(report.done)) done"]
            if report.skipped > 0 { counts.append("\(grouped(report.skipped)) skipped") }
            if report.passedOver > 0 { counts.append("\(grouped(report.passedOver)) passed over") }
            if report.quarantined > 0 { counts.append("\(grouped(report.quarantined)) quarantined") }
            if report.retried > 0 { counts.append("\(grouped(report.retried)) retried") }
            parts.append(counts.joined(separator: ", "))
            if let age = report.sinceLastPicture { parts.append("last picture \(ago(age))") }
        }
        if phase == .running, report.failure == nil, report.opening == nil, let lag = report.lag {
            parts.append(lag == .zero ? "nothing waiting" : "\(span(lag)) behind")
        }
        if let outage = report.quarantineOpening { parts.append("reasons cannot be stored: \(outage)") }
        if let remark { parts.append(remark) }
        return parts.joined(separator: "; ")
    }

    private static func heading(_ phase: SupervisorState.Phase, _ report: WorkloadReport) -> String {
        switch phase {
        case .starting:
            report.failure.map { "starting, trying again: \($0.text)" }
                ?? "starting; waiting for the queue's first answer"
        case .running:
            if let failure = report.failure {
                "cannot poll\(report.sinceLastPoll.map { " since \(span($0))" } ?? ""): \(failure.text)"
            } else if let outage = report.opening {
                "receiving is stopped: \(outage)"
            } else {
                "polling"
            }
        case .draining: "draining"
        case .hurrying: "draining in a hurry"
        case .stopped: "stopped"
        }
    }

    /// `1,204`.
    package static func grouped(_ number: Int) -> String {
        var out = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0 && index % 3 == 0 { out = "," + out }
            out = String(digit) + out
        }
        return (number < 0 ? "-" : "") + out
    }

    /// Of 1,000,000 bytes, rounded up: what is there is never shown as 0.
    package static func megabytes(_ bytes: Int) -> String { "\(grouped((bytes + 999_999) / 1_000_000)) MB" }

    private static func ago(_ age: Duration) -> String { span(age) + " ago" }

    /// `0.4 s`, `12 s`, `3 min`, `5 h`, `2 days`.
    package static func span(_ duration: Duration) -> String {
        let tenths =
            duration.components.seconds * 10 + duration.components.attoseconds / 100_000_000_000_000_000
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
