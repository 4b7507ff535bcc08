// SPDX-License-Identifier: Apache-2.0

import HTTP
import Metrics
import Scripted
import Support
import Testing

@testable import Tracing

struct SpanExporterTests {
    private static func spans(_ count: Int) -> [Span] {
        (1...count).compactMap { index in
            TraceContext(traceID: 1, spanID: UInt64(index)).map { Span("a", .internal, $0, start: 1, end: 2) }
        }
    }

    private final class Events: Sendable {
        let all = Locked<[SpanExporter.Event]>([])
    }

    private func exporter(
        _ transport: ScriptedTransport, _ events: Events = Events(),
        endpoint: String = "http://collector:4318",
        environment: [String: String] = [:]
    ) throws -> SpanExporter {
        var options = TracingOptions()
        options.endpoint = endpoint
        let exporter = SpanExporter(
            options, environment: environment, host: "h", version: "1", transport: transport,
            onEvent: { event in events.all.withLock { $0.append(event) } })
        return try #require(exporter)
    }

    @Test func `spans are sent in batches to the path of the protocol`() async throws {
        let transport = ScriptedTransport([.respond(200), .respond(200), .respond(200)])
        let exporter = try exporter(
            transport, endpoint: "http://collector:4318/otlp/",
            environment: ["OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20x, x-scope = a=b,broken,=c"])
        exporter.record(Self.spans(2 * SpanExporter.batchSize + 1))
        await exporter.flush(within: .seconds(10))
        #expect(
            exporter.exported.value == UInt64(2 * SpanExporter.batchSize + 1) && exporter.dropped.value == 0)
        #expect(transport.unusedSteps == 0 && transport.unplannedRequests == 0)
        let request = try #require(transport.requests.first)
        #expect(request.url.path == "/otlp/v1/traces" && request.method == .post)
        #expect(request.headers["Content-Type"] == "application/x-protobuf")
        #expect(request.headers["Authorization"] == "Bearer x" && request.headers["x-scope"] == " a=b")
        #expect(request.headers.fields.count == 4)
    }

    @Test(arguments: [429, 503])
    func `a batch that the collector cannot take now is sent again`(status: Int) async throws {
        let events = Events()
        let transport = ScriptedTransport([.respond(status), .fail(.refused), .respond(200)])
        let exporter = try exporter(transport, events)
        exporter.record(Self.spans(3))
        for _ in 0..<2 { await exporter.flush(within: .seconds(10)) }
        #expect(exporter.exported.value == 0 && exporter.dropped.value == 0)
        await exporter.flush(within: .seconds(10))
        #expect(exporter.exported.value == 3)
        #expect(transport.requests.map(\.body) == Array(repeating: transport.requests[0].body, count: 3))
        // The second failure is not news.
        #expect(events.all.withLock { $0.count } == 2 && events.all.withLock { $0.last } == .recovered)
    }

    @Test func `a batch that the collector refuses is dropped and counted`() async throws {
        let events = Events()
        let transport = ScriptedTransport([.respond(400), .respond(200)])
        let exporter = try exporter(transport, events)
        exporter.record(Self.spans(3))
        await exporter.flush(within: .seconds(10))
        #expect(exporter.dropped.value == 3 && exporter.exported.value == 0)
        #expect(events.all.withLock { $0 } == [.failed("the collector answers with the status 400")])
        exporter.record(Self.spans(1))
        await exporter.flush(within: .seconds(10))
        #expect(exporter.exported.value == 1)
    }

    /// The body is `ExportTraceServiceResponse(partial_success=(rejected_spans=2, error_message="bad\\n"))`.
    @Test func `spans that the collector rejects are counted as dropped and reported once`() async throws {
        let events = Events()
        let partial = "\u{0A}\u{08}\u{08}\u{02}\u{12}\u{04}bad\n"
        let transport = ScriptedTransport([
            .respond(200, [:], partial), .respond(200, [:], partial), .respond(200),
            .respond(200, [:], partial),
        ])
        let exporter = try exporter(transport, events)
        for _ in 0..<4 {
            exporter.record(Self.spans(3))
            await exporter.flush(within: .seconds(10))
        }
        #expect(exporter.exported.value == 6 && exporter.dropped.value == 6)
        let expected = SpanExporter.Event.rejected(spans: 2, of: 3, "bad?")
        #expect(events.all.withLock { $0 } == [expected, expected])
    }

    @Test(arguments: [
        ("", nil), ("\u{0A}\u{00}", 0), ("\u{0A}\u{02}\u{08}\u{05}", 5), ("\u{0A}\u{7F}\u{08}", nil),
        ("\u{0A}\u{02}\u{08}", nil), ("{}", nil), ("\u{12}\u{01}x", nil), ("\u{0F}", nil),
        ("\u{0A}\u{04}\u{12}\u{02}ok", 0),
    ])
    func `a body that is no answer of the protocol rejects nothing`(body: String, spans: Int?) {
        #expect(TraceResponse.rejection(in: Array(body.utf8))?.spans == spans)
    }

    @Test(arguments: [
        (429, "7", 7), (503, "7", 7), (503, "100000", 300), (503, "soon", 2), (503, "-7", 2), (502, "7", 2),
    ])
    func `the pause that the collector requests is kept, within bounds`(
        status: Int, text: String, seconds: Int
    ) async throws {
        let transport = ScriptedTransport([
            .respond(status, ["Retry-After": text]), .fail(.refused), .respond(200),
        ])
        let exporter = try exporter(transport)
        exporter.record(Self.spans(1))
        await exporter.flush(within: .seconds(10))
        #expect(exporter.pause == .seconds(seconds))
        await exporter.flush(within: .seconds(10))
        #expect(exporter.pause == .seconds(4), "the second failure requests no pause")
        await exporter.flush(within: .seconds(10))
        #expect(exporter.exported.value == 1 && exporter.pause == .seconds(2))
    }

    @Test func `headers that cannot be read are reported by their positions, without values`() throws {
        let events = Events()
        for text in ["a=1,secret,=secret,b=%zz,c d\n=secret,e=2,", "a=1", ""] {
            _ = try exporter(
                ScriptedTransport([]), events, environment: ["OTEL_EXPORTER_OTLP_HEADERS": text])
        }
        #expect(events.all.withLock { $0 } == [.headersLeftOut([2, 3, 4, 5])])
    }

    @Test func `spans that find the buffer full are dropped and counted`() async throws {
        let transport = ScriptedTransport([.fail(.refused)])
        let exporter = try exporter(transport)
        exporter.record(Self.spans(SpanExporter.capacity - 1))
        exporter.record(Self.spans(3))
        #expect(exporter.dropped.value == 2)
        // The batch of the failed export returns to the buffer.
        await exporter.flush(within: .seconds(10))
        #expect(exporter.dropped.value == 2)
        exporter.record(Self.spans(1))
        #expect(exporter.dropped.value == 3)
    }

    @Test func `options without a valid endpoint make no exporter`() {
        var options = TracingOptions()
        #expect(options.problems().isEmpty)
        for endpoint in ["collector:4318", "grpc://collector:4317", "http://collector/?a=b", ""] {
            options.endpoint = endpoint
            #expect(options.problems().map(\.field) == ["endpoint"], "\(endpoint)")
            let none = SpanExporter(
                options, environment: [:], host: "h", version: "1", transport: ScriptedTransport([]),
                onEvent: { _ in })
            #expect(none == nil)
        }
        options.endpoint = nil
        options.sampleOneIn = 0
        #expect(options.problems().map(\.field) == ["sampleOneIn"])
    }
}
