// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Pixelation
internal import Support
internal import Tracing

/// The spans of one record. The root is a span named `pixelate`, and the others are its children.
///
/// A span is in the trace when the operation has ended; the root is the last of them but for the deletion of the
/// message, which follows in a batch.
final class RecordSpans: Sendable {
    private struct State {
        var spans: [Span] = []
        var links: [TraceContext] = []
    }

    /// The identity of the root.
    private let root: TraceContext
    private let receiver: any SpanReceiver
    /// The time of the origin of `WorkerClock` in seconds since 1970-01-01T00:00:00Z.
    private let origin: Double
    private let state = Locked(State())

    init(_ message: InFlightMessage, _ receiver: any SpanReceiver, now: Duration) {
        root = .random()
        self.receiver = receiver
        origin = SystemTime.now - now.inSeconds
        for cause in message.content.traces { link(to: cause) }
    }

    /// Adds a link from the root to a span of another trace, unless it has one already.
    func link(to context: TraceContext) {
        state.withLock { state in
            if !state.links.contains(context) { state.links.append(context) }
        }
    }

    /// The identifier of the trace in hexadecimal digits.
    var traceID: String { root.traceIDText }

    /// Adds the span of a call of S3, between two times of `WorkerClock`.
    ///
    /// - Parameter bytes: The size of the object that the call uploads; nil for other calls.
    func addCall(
        _ name: String, _ object: ObjectReference, from start: Duration, to end: Duration, bytes: Int? = nil,
        error: (any Error)? = nil
    ) {
        add(name, .client, from: start, to: end, object, bytes: bytes, error: error)
    }

    /// Adds a child of the root.
    private func add(
        _ name: String, _ kind: Span.Kind, from start: Duration, to end: Duration,
        _ object: ObjectReference? = nil,
        bytes: Int? = nil, error: (any Error)? = nil
    ) {
        var attributes = object.map(Self.attributes) ?? []
        if let bytes { attributes.append(("pixelated.bytes", .integer(bytes))) }
        let span = Span(
            name, kind, root.child(), parentID: root.spanID, start: time(start), end: time(end),
            attributes: attributes, error: error.map { "\($0)" })
        state.withLock { $0.spans.append(span) }
    }

    /// Adds the span of a wait for memory of at least a millisecond.
    func addWait(from start: Duration, to end: Duration) {
        if end - start >= .milliseconds(1) { add("wait", .internal, from: start, to: end) }
    }

    /// Adds the spans of the wait for memory and a processor and of the pixelation.
    ///
    /// - Parameters:
    ///   - start: The time at which the wait began.
    ///   - end: The time at which the pixelation ended.
    ///   - computed: The time of the pixelation, which ended at `end`.
    func addDecode(waitingFrom start: Duration, to end: Duration, computed: Duration) {
        let begin = max(start, end - computed)
        add("wait", .internal, from: start, to: begin)
        add("decode", .internal, from: begin, to: end)
    }

    /// Ends the root, and passes all spans to the receiver.
    ///
    /// - Parameters:
    ///   - eventTime: The time of the event in seconds since 1970-01-01T00:00:00Z, at which the root begins; nil when
    ///     the event has none, in whose place the time of sending of the message is used.
    ///   - isReplay: True for a message that was sent again after its failure. The root begins when it was sent.
    func finish(
        _ outcome: Outcome, _ trace: RecordTrace, of message: InFlightMessage, eventTime: Double?,
        isReplay: Bool = false, now: Duration
    ) {
        let received = message.received
        // Clocks that disagree must not make a root that begins after its children.
        let sentAt = message.content.sentAt
        let begin = (isReplay ? sentAt : eventTime ?? sentAt).map { nanoseconds($0) }
        let start = min(begin ?? time(received.begin), time(received.end))
        var attributes = trace.source.map(Self.attributes) ?? []
        attributes += [
            ("pixelated.outcome", .text(outcome.kind.rawValue)),
            ("messaging.system", .text("aws_sqs")),
            ("messaging.message.id", .text(message.content.messageID)),
            ("pixelated.receive_count", .integer(message.content.receiveCount)),
        ]
        if isReplay, let eventTime {
            let time = CivilTime(secondsSinceEpoch: Int(min(max(eventTime, 0), 253_402_300_799)))
            attributes.append(("pixelated.event_time", .text(time.rfc3339)))
        }
        if let survey = trace.survey {
            attributes += [
                ("pixelated.format", .text(survey.format.rawValue)),
                ("pixelated.width", .integer(survey.width)),
                ("pixelated.height", .integer(survey.height)),
            ]
        }
        if let bytes = trace.bytesIn { attributes.append(("pixelated.source_bytes", .integer(bytes))) }
        if let error = outcome.error { attributes.append(("error.type", .text(error.kind.rawValue))) }
        let spans = state.withLock { state -> [Span] in
            state.spans.append(
                Span(
                    "SQS.ReceiveMessage", .client, root.child(), parentID: root.spanID,
                    start: max(start, time(received.begin)), end: time(received.end)))
            state.spans.append(
                Span(
                    "pixelate", .consumer, root, start: start, end: time(now), attributes: attributes,
                    links: state.links, error: outcome.error.map { "\($0)" }))
            defer { state.spans = [] }
            return state.spans
        }
        receiver.record(spans)
    }

    /// Passes the span of the deletion of the message to the receiver.
    func deleted(from start: Duration, to end: Duration) {
        receiver.record([
            Span(
                "SQS.DeleteMessage", .client, root.child(), parentID: root.spanID, start: time(start),
                end: time(end))
        ])
    }

    private func time(_ time: Duration) -> UInt64 { nanoseconds(origin + time.inSeconds) }

    private func nanoseconds(_ seconds: Double) -> UInt64 { UInt64(min(max(seconds, 0), 1e10) * 1e9) }

    private static func attributes(_ object: ObjectReference) -> [(name: String, value: Span.Value)] {
        [("aws.s3.bucket", .text(object.bucket)), ("aws.s3.key", .text(object.key))]
    }
}

extension Message {
    /// The spans that caused the message, as its sender or AWS has named them.
    fileprivate var traces: [TraceContext] {
        [
            traceHeader.flatMap(TraceContext.init(awsHeader:)),
            attributes[ObjectHead.traceparentName]?.text.flatMap(TraceContext.init(traceparent:)),
        ].compactMap { $0 }
    }
}

extension ObjectHead {
    /// The name of the trace context in user-defined metadata and in the attributes of messages.
    static let traceparentName = "traceparent"

    /// The trace context that the uploader of the object has stored with it; nil when there is none.
    var traceContext: TraceContext? {
        metadata[Self.traceparentName].flatMap(TraceContext.init(traceparent:))
    }
}
