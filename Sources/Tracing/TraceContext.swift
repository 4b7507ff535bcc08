// SPDX-License-Identifier: Apache-2.0

internal import Support

/// The identity of a span, as services pass it to each other (W3C Trace Context, Level 1).
package struct TraceContext: Sendable, Hashable {
    /// The 128-bit identifier of the trace, never 0.
    package let traceID: UInt128
    /// The identifier of the span, never 0.
    package let spanID: UInt64
    /// True when the service that made the span records it.
    package let isSampled: Bool

    /// Makes a context. The result is nil when an identifier is 0, which is not valid.
    package init?(traceID: UInt128, spanID: UInt64, isSampled: Bool = true) {
        guard traceID != 0, spanID != 0 else { return nil }
        (self.traceID, self.spanID, self.isSampled) = (traceID, spanID, isSampled)
    }

    private init(newSpanOf traceID: UInt128) {
        self.traceID = traceID
        spanID = .random(in: 1 ... .max)
        isSampled = true
    }

    /// Returns the context of a new trace, with random identifiers.
    package static func random() -> TraceContext { TraceContext(newSpanOf: .random(in: 1 ... .max)) }

    /// Returns the context of a new span in the same trace, with a random identifier.
    package func child() -> TraceContext { TraceContext(newSpanOf: traceID) }

    /// Reads the value of a header `traceparent`, such as `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`.
    /// Values of later versions may have further parts, which are ignored.
    package init?(traceparent text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, let version = Self.number(parts[0], digits: 2, of: UInt8.self),
            version != 0xFF,
            version > 0 || parts.count == 4,
            let trace = Self.number(parts[1], digits: 32, of: UInt128.self),
            let span = Self.number(parts[2], digits: 16, of: UInt64.self),
            let flags = Self.number(parts[3], digits: 2, of: UInt8.self)
        else { return nil }
        self.init(traceID: trace, spanID: span, isSampled: flags & 1 == 1)
    }

    /// Reads the tracing header of AWS X-Ray, the system attribute `AWSTraceHeader` of an SQS message, such as
    /// `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`. A header without a parent names no
    /// span.
    package init?(awsHeader text: String) {
        var fields: [Substring: Substring] = [:]
        for part in text.split(separator: ";") {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { fields[pair[0]] = pair[1] }
        }
        // The trace id of OpenTelemetry consists of the same digits as that of X-Ray, without version and hyphens.
        guard let root = fields["Root"]?.split(separator: "-", omittingEmptySubsequences: false),
            root.count == 3, root[0] == "1", root[1].utf8.count == 8,
            let trace = Self.number(root[1] + root[2], digits: 32, of: UInt128.self),
            let span = fields["Parent"].flatMap({ Self.number($0, digits: 16, of: UInt64.self) })
        else { return nil }
        self.init(traceID: trace, spanID: span, isSampled: fields["Sampled"] == "1")
    }

    /// The identifier of the trace in 32 lower-case hexadecimal digits.
    package var traceIDText: String { Self.hex(traceID, digits: 32) }

    /// The value of a header `traceparent`, in version 00.
    package var traceparent: String {
        "00-\(traceIDText)-\(Self.hex(spanID, digits: 16))-\(isSampled ? "01" : "00")"
    }

    /// Reads a number of exactly `digits` lower-case hexadecimal digits.
    private static func number<Number: FixedWidthInteger>(
        _ text: some StringProtocol, digits: Int, of type: Number.Type
    ) -> Number? {
        guard text.utf8.count == digits,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        return Number(text, radix: 16)
    }

    private static func hex(_ number: some BinaryInteger, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }
}
