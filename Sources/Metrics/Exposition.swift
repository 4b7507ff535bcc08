// SPDX-License-Identifier: Apache-2.0

/// The text of all metrics, which a Prometheus server reads (scrapes) at intervals.
///
/// ```swift
/// var text = Exposition(.openMetrics, prefix: "pixelated")
/// text.counter("polls", "Receive calls that succeeded.", polls)
/// response.body = text.finished()
/// ```
package struct Exposition {
    /// A text format of metrics.
    package enum Format: Sendable {
        /// The format 0.0.4 of Prometheus, which every scraper reads. State sets and info metrics are gauges in it.
        case text
        /// OpenMetrics 1.0, for scrapers that ask for it.
        case openMetrics

        /// Returns the format for the header `Accept` of a scrape; nil stands for a request without it.
        package init(accept: String?) {
            self =
                accept?.lowercased().contains("application/openmetrics-text") == true ? .openMetrics : .text
        }

        /// The value of the header `Content-Type` of the response to a scrape.
        package var contentType: String {
            switch self {
            case .text: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    private let format: Format
    private let prefix: String
    private var text = ""

    /// Makes an exposition without metrics.
    ///
    /// - Parameter prefix: The prefix of the names of all metric families, without the underscore that separates it
    ///   from the name.
    package init(_ format: Format = .openMetrics, prefix: String) {
        self.format = format
        self.prefix = prefix
    }

    /// Adds a counter with its help text.
    ///
    /// - Parameter name: The name of the counter without the suffix `_total`, which is appended to the name of the
    ///   sample.
    package mutating func counter(_ name: String, _ help: String, _ counter: Counter) {
        open(name, "counter", help)
        sample(name + "_total", counter.value)
    }

    /// Adds a family of counters with one label, and its help text.
    package mutating func counters<Label>(_ name: String, _ help: String, _ family: Counters<Label>) {
        counters(name, help, Label.allCases.map { ([(family.labelName, $0.rawValue)], family[$0]) })
    }

    /// Adds a family of counters with two labels, and its help text.
    package mutating func counters<First, Second>(
        _ name: String, _ help: String, _ family: CounterTable<First, Second>
    ) {
        let (firstName, secondName) = family.labelNames
        let samples = First.allCases.flatMap { first in
            Second.allCases.map { second in
                (
                    labels: [(firstName, first.rawValue), (secondName, second.rawValue)],
                    value: family[first, second]
                )
            }
        }
        counters(name, help, samples)
    }

    /// Adds a family of counters with any labels, and its help text.
    package mutating func counters(
        _ name: String, _ help: String, _ samples: [(labels: [(String, String)], value: UInt64)]
    ) {
        open(name, "counter", help)
        for (labels, value) in samples { sample(name + "_total", labels, "\(value)") }
    }

    /// Adds a counter of seconds with three decimals, and its help text. The family has no sample when `seconds` is
    /// nil.
    package mutating func counter(_ name: String, _ help: String, seconds: Double?) {
        open(name, "counter", help)
        if let seconds { sample(name + "_total", [], Self.decimal(seconds)) }
    }

    /// Adds a gauge with its help text. The family has no sample when `value` is nil.
    package mutating func gauge(_ name: String, _ help: String, optional value: Int?) {
        open(name, "gauge", help)
        if let value { sample(name, value) }
    }

    /// Adds a gauge with its help text.
    package mutating func gauge(_ name: String, _ help: String, _ value: Int) {
        open(name, "gauge", help)
        sample(name, value)
    }

    /// Adds a gauge in seconds, and its help text. The family has no sample when `seconds` is nil.
    ///
    /// - Parameter decimals: The number of decimals of the sample, 1...6.
    package mutating func gauge(_ name: String, _ help: String, seconds: Double?, decimals: Int = 3) {
        open(name, "gauge", help)
        if let seconds { sample(name, [], Self.decimal(seconds, decimals: decimals)) }
    }

    /// Adds a state set: one sample for each state, with the value 1 for the current state and 0 for the others.
    package mutating func states(_ name: String, _ help: String, _ states: [String], current: String) {
        open(name, "stateset", help)
        for state in states { sample(name, [("\(prefix)_\(name)", state)], state == current ? "1" : "0") }
    }

    /// Adds a histogram with its help text.
    ///
    /// - Parameters:
    ///   - name: The name of the histogram, which ends with the unit of the exposed values, `seconds` or `bytes`.
    ///   - scale: The divisor of the recorded values, a power of ten: 1,000,000 for microseconds that are exposed as
    ///     seconds.
    package mutating func histogram(
        _ name: String, _ help: String, _ histogram: Histogram, scale: UInt64 = 1
    ) {
        histograms(name, help, by: nil, [("", histogram)], scale: scale)
    }

    /// Adds a family of histograms with one label or none, and its help text.
    package mutating func histograms(
        _ name: String, _ help: String, by label: String?, _ parts: [(value: String, histogram: Histogram)],
        scale: UInt64 = 1
    ) {
        let parts = parts.map { part in
            (labels: label.map { [($0, part.value)] } ?? [], histogram: part.histogram)
        }
        histograms(name, help, parts, scale: scale)
    }

    /// Adds a family of histograms with any labels, and its help text.
    package mutating func histograms(
        _ name: String, _ help: String, _ parts: [(labels: [(String, String)], histogram: Histogram)],
        scale: UInt64 = 1
    ) {
        open(name, "histogram", help)
        for (labels, histogram) in parts {
            var running: UInt64 = 0
            // The buckets are read once, so that `_count` equals the last bucket during concurrent writes.
            let exemplars = histogram.latestExemplars
            for (index, count) in histogram.counts.enumerated() {
                running += count
                let isBounded = index < histogram.bounds.count
                let edge = isBounded ? Self.scaled(histogram.bounds[index], scale) : "+Inf"
                // Only OpenMetrics has exemplars.
                let exemplar = exemplars[index].flatMap {
                    format == .openMetrics ? Self.text(of: $0, scale) : nil
                }
                sample(name + "_bucket", labels + [("le", edge)], "\(running)\(exemplar ?? "")")
            }
            sample(name + "_sum", labels, Self.scaled(histogram.sum, scale))
            sample(name + "_count", labels, "\(running)")
        }
    }

    /// Adds an info metric: a sample of the value 1 with labels such as the version.
    package mutating func info(_ name: String, _ help: String, _ labels: [(String, String)]) {
        open(name, "info", help)
        sample(name + "_info", labels, "1")
    }

    /// Adds the metrics that `write` adds with another prefix of their names.
    package mutating func with(prefix: String, _ write: (inout Exposition) -> Void) {
        var other = Exposition(format, prefix: prefix)
        write(&other)
        text += other.text
    }

    /// Returns the text of all added metrics; in OpenMetrics, the last line `# EOF` follows.
    package func finished() -> String { format == .openMetrics ? text + "# EOF\n" : text }

    private mutating func open(_ name: String, _ type: String, _ help: String) {
        var full = "\(prefix)_\(name)"
        guard format == .openMetrics else {
            // A family has the name of its samples.
            if let suffix = ["counter": "_total", "info": "_info"][type] { full += suffix }
            let isGauge = type == "info" || type == "stateset"
            text += "# HELP \(full) \(Self.escaped(help))\n# TYPE \(full) \(isGauge ? "gauge" : type)\n"
            return
        }
        text += "# TYPE \(full) \(type)\n"
        // The name of a family ends in its unit (OpenMetrics 1.0, "Unit").
        if let unit = ["seconds", "bytes"].first(where: { full.hasSuffix("_" + $0) }) {
            text += "# UNIT \(full) \(unit)\n"
        }
        text += "# HELP \(full) \(Self.escaped(help))\n"
    }

    private mutating func sample(_ name: String, _ value: some BinaryInteger) { sample(name, [], "\(value)") }

    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        let inner = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        text += "\(prefix)_\(name)\(inner.isEmpty ? "" : "{\(inner)}") \(value)\n"
    }

    /// Returns the text of an exemplar behind the value of its bucket (OpenMetrics 1.0, "Exemplars").
    private static func text(of exemplar: Histogram.Exemplar, _ scale: UInt64) -> String {
        let value = scaled(exemplar.value, scale)
        return " # {trace_id=\"\(escaped(exemplar.traceID))\"} \(value) \(decimal(exemplar.time))"
    }

    /// Returns `text` with backslashes, quotation marks and line feeds escaped (OpenMetrics 1.0, "Escaping").
    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }

    /// Returns `value` divided by `scale` as an exact decimal number. `scale` is a power of ten.
    private static func scaled(_ value: UInt64, _ scale: UInt64) -> String {
        guard scale > 1 else { return "\(value)" }
        let fraction = "\(scale + value % scale)".dropFirst()
        let digits = fraction.reversed().drop { $0 == "0" }.reversed()
        return "\(value / scale).\(digits.isEmpty ? "0" : String(digits))"
    }

    /// Returns `seconds` as a decimal number with 1...6 decimals and without an exponent. Numbers beyond 1e18 units of
    /// the last decimal are replaced by the nearest bound, and 0 stands for no number.
    private static func decimal(_ seconds: Double, decimals: Int = 3) -> String {
        let scale = (0..<decimals).reduce(UInt64(1)) { scale, _ in scale * 10 }
        let scaled = seconds.isNaN ? 0 : min(max(seconds * Double(scale), -1e18), 1e18)
        let units = Int64(scaled.rounded())
        let fraction = String(scale + units.magnitude % scale).dropFirst()
        return "\(units < 0 ? "-" : "")\(units.magnitude / scale).\(fraction)"
    }
}
