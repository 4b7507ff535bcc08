// SPDX-License-Identifier: Apache-2.0

package import HTTP
package import Metrics
internal import Support

/// The sender of spans to a collector (OTLP over HTTP, in the binary form of Protocol Buffers).
///
/// Spans wait in a bounded buffer. A collector that is slow or does not answer costs spans and nothing else: those that
/// find the buffer full are dropped and counted.
package final class SpanExporter: SpanReceiver {
    /// A change of the export, which the log reports.
    package enum Event: Sendable, Equatable {
        /// An export failed after the previous one had succeeded. The text says why, in one sentence without secrets.
        case failed(String)
        /// An export succeeded after a failure.
        case recovered
        /// The collector has rejected some spans of an export that succeeded, for the first time since one without such
        /// spans. The text is that of the collector, without control characters.
        case rejected(spans: Int, of: Int, String)
        /// Parts of `OTEL_EXPORTER_OTLP_HEADERS` are not of the form NAME=VALUE and are left out: those with these
        /// positions, counted from 1.
        case headersLeftOut([Int])
    }

    private struct State {
        var spans: [Span] = []
        /// The number of consecutive failed exports.
        var failures = 0
        /// The pause that the collector has requested with its latest answer; nil for none.
        var requestedPause: Duration?
        /// True when the collector has rejected spans of the latest successful export.
        var hasRejected = false
    }

    /// The number of spans in requests that the collector has answered with success.
    package let exported = Counter()
    /// The number of spans that were dropped, because the buffer was full or the collector refused them.
    package let dropped = Counter()

    private let transport: any Transport
    private let request: Request
    private let resource: [(name: String, value: String)]
    private let version: String
    private let onEvent: @Sendable (Event) -> Void
    private let state = Locked(State())
    private let arrivals: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)

    /// The maximum number of spans in the buffer: about 10 MB.
    static let capacity = 16_384
    /// The maximum number of spans in one request: about 150 KB.
    static let batchSize = 512
    /// The time for which spans are collected before they are sent.
    private static let delay = Duration.seconds(1)
    /// The first and the longest pause after a failed export, which doubles with each failure.
    private static let pauses = (first: Duration.seconds(2), last: Duration.seconds(60))
    /// The longest pause that a collector can request, in seconds.
    private static let longestRequestedPause = 300

    /// Makes an exporter, which sends nothing before `run` is called.
    ///
    /// - Parameters:
    ///   - environment: The environment variables, of which `OTEL_EXPORTER_OTLP_HEADERS` has headers for the collector,
    ///     and `OTEL_SERVICE_NAME` the name of the service.
    ///   - host: The name of the machine.
    ///   - version: The version of the program.
    /// - Returns: nil when `options` have no endpoint.
    package init?(
        _ options: TracingOptions, environment: [String: String], host: String, version: String,
        transport: any Transport, onEvent: @escaping @Sendable (Event) -> Void
    ) {
        guard let url = options.tracesURL else { return nil }
        var (headers, leftOut) = TracingOptions.headers(environment["OTEL_EXPORTER_OTLP_HEADERS"] ?? "")
        headers["Content-Type"] = "application/x-protobuf"
        headers["User-Agent"] = "pixelated/\(version)"
        request = Request(
            .post, url, headers: headers, limits: Request.Limits(firstByte: .seconds(10), total: .seconds(10))
        )
        resource = [
            ("service.name", environment["OTEL_SERVICE_NAME"] ?? "pixelated"), ("service.version", version),
            ("host.name", host),
        ]
        self.version = version
        self.transport = transport
        self.onEvent = onEvent
        arrivals = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        if !leftOut.isEmpty { onEvent(.headersLeftOut(leftOut)) }
    }

    package func record(_ spans: [Span]) {
        let lost = state.withLock { state -> Int in
            let room = min(spans.count, Self.capacity - state.spans.count)
            state.spans += spans.prefix(room)
            return spans.count - room
        }
        if lost > 0 { dropped.increment(by: lost) }
        arrivals.continuation.yield()
    }

    /// Sends spans until the task is cancelled. Without spans, the function only waits.
    package func run() async {
        for await _ in arrivals.stream {
            do {
                try await Task.sleep(for: Self.delay)
                while !(state.withLock { $0.spans.isEmpty }) {
                    if await sendBatch() { continue }
                    try await Task.sleep(for: pause)
                }
            } catch {
                return
            }
        }
    }

    /// Sends the spans in the buffer, until it is empty, an export fails or `time` has passed.
    package func flush(within time: Duration) async {
        let deadline = ContinuousClock.now + time
        while !(state.withLock { $0.spans.isEmpty }), ContinuousClock.now < deadline {
            guard await sendBatch(within: deadline - .now) else { return }
        }
    }

    /// The pause after the latest failures, or the longer one that the collector has requested.
    var pause: Duration {
        let (failures, requested) = state.withLock { ($0.failures, $0.requestedPause) }
        let pause = min(Self.pauses.first * (1 << min(max(failures - 1, 0), 10)), Self.pauses.last)
        return max(pause, requested ?? .zero)
    }

    /// Returns the seconds in the header `Retry-After` of a response (OTLP 1.x, "OTLP/HTTP Throttling"), with a bound;
    /// nil when there are none. Dates are not understood.
    private static func requestedPause(_ response: Response) -> Duration? {
        guard [429, 503].contains(response.status), let text = response.headers["Retry-After"],
            let seconds = Int(text), seconds >= 0
        else { return nil }
        return .seconds(min(seconds, longestRequestedPause))
    }

    /// Sends one batch of the oldest spans. A batch that the collector cannot take now stays in the buffer, in front of
    /// later spans.
    ///
    /// - Returns: True when another batch can be sent at once.
    private func sendBatch(within time: Duration? = nil) async -> Bool {
        let batch = state.withLock { state -> [Span] in
            let batch = Array(state.spans.prefix(Self.batchSize))
            state.spans.removeFirst(batch.count)
            return batch
        }
        guard !batch.isEmpty else { return true }
        var request = request
        request.body = TraceRequest.encode(batch, resource: resource, scope: ("pixelated", version))
        if let time { request.limits.total = min(request.limits.total, time) }
        let failure: String
        var isCancelled = false
        do throws(TransportError) {
            let response = try await transport.send(request)
            if (200..<300).contains(response.status) {
                let rejection = TraceResponse.rejection(in: response.body)
                let rejected = min(rejection?.spans ?? 0, batch.count)
                exported.increment(by: batch.count - rejected)
                dropped.increment(by: rejected)
                succeeded(rejected: rejected, of: batch.count, rejection?.message ?? "")
                return true
            }
            let pause = Self.requestedPause(response)
            state.withLock { $0.requestedPause = pause }
            failure = "the collector answers with the status \(response.status)"
            // The other errors would come back with the same spans (OTLP 1.x, "Retryable Response Codes").
            if ![429, 502, 503, 504].contains(response.status) {
                dropped.increment(by: batch.count)
                failed(failure)
                return false
            }
        } catch {
            state.withLock { $0.requestedPause = nil }
            failure = "\(error)"
            isCancelled = error.kind == .cancelled
        }
        let lost = state.withLock { state -> Int in
            let room = min(batch.count, Self.capacity - state.spans.count)
            state.spans.insert(contentsOf: batch.suffix(room), at: 0)
            return batch.count - room
        }
        dropped.increment(by: lost)
        if !isCancelled { failed(failure) }
        return false
    }

    private func succeeded(rejected: Int, of count: Int, _ message: String) {
        let (hadFailed, isNews) = state.withLock { state in
            defer { (state.failures, state.requestedPause, state.hasRejected) = (0, nil, rejected > 0) }
            return (state.failures > 0, rejected > 0 && !state.hasRejected)
        }
        if hadFailed { onEvent(.recovered) }
        if isNews { onEvent(.rejected(spans: rejected, of: count, message)) }
    }

    private func failed(_ reason: String) {
        let isFirst = state.withLock { state in
            state.failures += 1
            return state.failures == 1
        }
        if isFirst { onEvent(.failed(reason)) }
    }
}
