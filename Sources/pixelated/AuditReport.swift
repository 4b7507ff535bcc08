// SPDX-License-Identifier: Apache-2.0

import Audit
import Support

/// The report of an audit on standard output, as text or as JSON.
struct AuditReport {
    let isJSON: Bool

    private struct Line: Encodable {
        var state: String
        var object: String
        var missing: Int?
        var reason: String?
    }

    private struct Summary: Encodable {
        var totals: AuditTotals
        var requests: AuditRequests
        var dollars: Double
        var sample: Int?
    }

    /// Prints a finding.
    ///
    /// - Throws: `StandardStreams.Failure`.
    func write(_ finding: AuditFinding) throws {
        guard isJSON else { return try StandardStreams.printLine(finding.line) }
        switch finding {
        case .source(let object, let state):
            var line = Line(state: state.name, object: "\(object)")
            switch state {
            case .missing(let count): line.missing = count
            case .stale(let reason): line.reason = reason.rawValue
            case .setAside(let code): line.reason = code
            case .complete, .ignored: break
            }
            try StandardStreams.printJSON(line)
        case .orphan(let object): try StandardStreams.printJSON(Line(state: "orphan", object: "\(object)"))
        }
    }

    /// Prints the totals of an audit.
    ///
    /// - Throws: `StandardStreams.Failure`.
    func write(_ end: AuditCheckpoint, sample: Int?) throws {
        let totals = end.totals
        if isJSON {
            try StandardStreams.printJSON(
                Summary(totals: totals, requests: end.requests, dollars: end.requests.dollars, sample: sample)
            )
            return
        }
        try StandardStreams.printLine(
            "\(totals.sources.counted("source")): \(totals.complete) complete, \(totals.missing) missing, "
                + "\(totals.stale) stale, \(totals.setAside) set aside; \(totals.orphans.counted("orphan")), "
                + "\(totals.ignored.counted("object")) ignored"
        )
        if sample != nil, totals.sources > 0 {
            let (low, high) = Self.interval(totals.missing + totals.stale, of: totals.sources)
            try StandardStreams.printLine(
                "of all sources, \(Self.percent(low)) to \(Self.percent(high)) are missing or stale (95 % confidence)"
            )
        }
        if totals.sent > 0 {
            try StandardStreams.printLine("\(totals.sent) events sent")
        }
        try StandardStreams.printLine(
            "\(end.requests.list) list, \(end.requests.head) head, \(end.requests.get) get and "
                + "\(end.requests.queue) queue requests, "
                + Self.dollars(end.requests.dollars))
    }

    /// Returns the bounds of a proportion with 95 % confidence: the score interval of Wilson (1927).
    static func interval(_ count: Int, of total: Int) -> (low: Double, high: Double) {
        let (n, p, z) = (Double(total), Double(count) / Double(total), 1.96)
        let middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        return (max(0, middle - half), min(1, middle + half))
    }

    private static func percent(_ part: Double) -> String { "\((part * 10_000).rounded() / 100) %" }

    /// Returns an amount of money as text, with two digits after the first digit that is not zero.
    static func dollars(_ amount: Double) -> String {
        amount < 0.01 ? "less than $0.01" : "$\((amount * 100).rounded() / 100)"
    }

    /// Returns a duration as text in one unit.
    static func time(_ duration: Duration) -> String {
        let seconds = Int(duration.components.seconds)
        switch seconds {
        case ..<2: return "about a second"
        case ..<120: return "about \(seconds) s"
        case ..<7200: return "about \(seconds / 60) min"
        default: return "about \(seconds / 3600) h"
        }
    }
}
