// SPDX-License-Identifier: Apache-2.0

/// A finished operation of a trace, with the fields of OpenTelemetry.
package struct Span: Sendable, Equatable {
    /// The role of the operation. The raw values are those of `opentelemetry.proto.trace.v1.Span.SpanKind`.
    package enum Kind: Int, Sendable {
        case `internal` = 1
        /// A call of another service.
        case client = 3
        /// The work on a message that another service has sent.
        case consumer = 5
    }

    package enum Value: Sendable, Equatable {
        case text(String)
        case integer(Int)
    }

    package var context: TraceContext
    /// The span that contains this one; nil for the root of the trace.
    package var parentID: UInt64?
    package var name: String
    package var kind: Kind
    /// The times of the beginning and the end in nanoseconds since 1970-01-01T00:00:00Z.
    package var start: UInt64
    package var end: UInt64
    package var attributes: [(name: String, value: Value)]
    /// The spans of other traces that caused this one.
    package var links: [TraceContext]
    /// The error that ended the operation, in one sentence; nil when it succeeded.
    package var error: String?

    package init(
        _ name: String, _ kind: Kind, _ context: TraceContext, parentID: UInt64? = nil, start: UInt64,
        end: UInt64,
        attributes: [(name: String, value: Value)] = [], links: [TraceContext] = [], error: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.context = context
        self.parentID = parentID
        self.start = start
        self.end = max(start, end)
        self.attributes = attributes
        self.links = links
        self.error = error
    }

    package static func == (one: Span, other: Span) -> Bool {
        one.context == other.context && one.parentID == other.parentID && one.name == other.name
            && one.kind == other.kind && one.start == other.start && one.end == other.end
            && one.links == other.links && one.error == other.error
            && one.attributes.elementsEqual(other.attributes) { $0 == $1 }
    }
}
