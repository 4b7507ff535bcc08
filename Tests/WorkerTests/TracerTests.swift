// SPDX-License-Identifier: Apache-2.0

import AWS
import Support
import Testing
import Tracing
import Worker

@testable import WorkerSimulation

/// The spans of records, through the whole worker.
@Suite struct TracerTests {
    private final class Spans: SpanReceiver {
        let all = Locked<[Span]>([])
        func record(_ spans: [Span]) { all.withLock { $0 += spans } }
        func named(_ name: String) -> [Span] { all.withLock { $0.filter { $0.name == name } } }
    }

    @Test func `a record has a root and a child for each operation`() throws {
        let spans = Spans()
        let harness = WorkerHarness(tracer: Tracer(spans))
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted && !spans.named("SQS.DeleteMessage").isEmpty })
        let all = spans.all.withLock { $0 }
        let root = try #require(spans.named("pixelate").first)
        #expect(
            all.map(\.name).sorted()
                == [
                    "S3.GetObject", "S3.PutObject", "S3.PutObject", "S3.PutObject", "S3.PutObject",
                    "S3.PutObject", "SQS.DeleteMessage", "SQS.ReceiveMessage", "decode", "pixelate", "wait",
                ])
        #expect(Set(all.map(\.context.spanID)).count == all.count)
        #expect(all.allSatisfy { $0.context.traceID == root.context.traceID })
        for span in all where span != root {
            #expect(span.parentID == root.context.spanID && span.error == nil, "\(span.name)")
            #expect(span.start >= root.start, "\(span.name)")
            if span.name != "SQS.DeleteMessage" { #expect(span.end <= root.end, "\(span.name)") }
        }
        #expect(root.parentID == nil && root.kind == .consumer && root.error == nil && root.links == [])
        let texts = root.attributes.compactMap { name, value in
            if case .text(let text) = value { "\(name)=\(text)" } else { nil }
        }
        #expect(texts.contains("aws.s3.key=a.jpg") && texts.contains("pixelated.outcome=done"))
        let put = try #require(spans.named("S3.PutObject").first)
        #expect(put.attributes.contains { $0.name == "pixelated.bytes" && $0.value == .integer(1000) })
    }

    @Test func `a message that is deleted before its picture is decoded has one span for it`() {
        let spans = Spans()
        let harness = WorkerHarness(tracer: Tracer(spans))
        harness.upload("a.jpg")
        harness.cloud.state.withLock { $0.messages[0].receiveCount = 4 }
        harness.start()
        #expect(harness.run(600) { !spans.named("pixelate").isEmpty })
        #expect(harness.quarantined == ["m0-0"])
        let (deletes, decodes) = (spans.named("SQS.DeleteMessage"), spans.named("decode"))
        #expect(deletes.count == 1 && decodes.count == 1)
        #expect(deletes.map(\.end).max() ?? .max <= decodes.map(\.start).min() ?? 0)
    }

    @Test(arguments: [false, true])
    func `the root begins at the event, and at its sending for a message that is sent again`(
        isReplay: Bool
    ) throws {
        let spans = Spans()
        let harness = WorkerHarness(tracer: Tracer(spans))
        let event = harness.put("a.jpg")
        let body = "{\"Records\":[\(FakeCloud.record(event))]}"
            .replacing("\"eventTime\":\"t\"", with: "\"eventTime\":\"2020-01-02T03:04:05.000Z\"")
        let record = """
            {"quarantineVersion":1,"body":"","bodyBytes":\(body.utf8.count),"messageID":"m","record":0,
            "error":"too-slow","errorCode":"","reason":"r","receiveCount":5,"host":"h","version":"1",
            "milliseconds":{"wait":0,"get":0,"decode":0,"put":0,"total":0}}
            """
        harness.cloud.send(
            body, [event], attributes: isReplay ? ["pixelated-record": MessageAttribute(record)] : [:])
        let sent = SystemTime.now - 1000
        harness.cloud.state.withLock { $0.messages[0].sentAt = sent }
        harness.start()
        #expect(harness.run(60) { !spans.named("pixelate").isEmpty })
        let root = try #require(spans.named("pixelate").first)
        let times = root.attributes.filter { $0.name == "pixelated.event_time" }.map(\.value)
        #expect(root.start == UInt64((isReplay ? sent : 1_577_934_245) * 1e9))
        #expect(times == (isReplay ? [.text("2020-01-02T03:04:05Z")] : []))
    }

    @Test func `failed operations and records have their errors`() throws {
        let spans = Spans()
        let harness = WorkerHarness(tracer: Tracer(spans))
        harness.upload("a.jpg")
        harness.inject("GetObject s3://in/a.jpg", .accessDenied, times: 1)
        harness.start()
        #expect(harness.run(600) { spans.named("SQS.DeleteMessage").count == 1 })
        // The first receive ends without a deletion.
        let roots = spans.named("pixelate")
        #expect(roots.count == 2 && Set(roots.map(\.context.traceID)).count == 2)
        #expect(roots.first?.error?.contains("access-denied") == true && roots.last?.error == nil)
        let gets = spans.named("S3.GetObject")
        #expect(gets.count == 2 && gets.first?.error?.contains("access-denied") == true)
    }

    @Test func `a trace links to the spans that caused it, and the outputs carry that of the source on`()
        throws
    {
        let spans = Spans()
        let harness = WorkerHarness(tracer: Tracer(spans))
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let sender = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
        harness.cloud.damages.withLock { $0 = [{ $0.head.metadata["traceparent"] = parent }] }
        harness.upload("a.jpg")
        harness.cloud.state.withLock { state in
            state.messages[0].traceHeader =
                "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
            state.messages[0].attributes["traceparent"] = MessageAttribute(sender)
        }
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        let root = try #require(spans.named("pixelate").first)
        #expect(
            root.links.map(\.traceparent) == [
                "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01", sender, parent,
            ])
        let outputs = harness.cloud.state.withLock { state in
            state.objects.filter { $0.key.bucket == "out" }.map(\.value.metadata)
        }
        #expect(outputs.count == 5 && outputs.allSatisfy { $0["traceparent"] == parent })
    }

    @Test func `a worker without a tracer adds nothing to the outputs`() {
        let harness = WorkerHarness()
        harness.cloud.damages.withLock {
            $0 = [
                {
                    $0.head.metadata["traceparent"] =
                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
                }
            ]
        }
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        let outputs = harness.cloud.state.withLock { state in
            state.objects.filter { $0.key.bucket == "out" }.map(\.value.metadata)
        }
        #expect(outputs.count == 5 && outputs.allSatisfy { $0["traceparent"] == nil })
    }

    @Test func `one of the given number of records is traced`() {
        let spans = Spans()
        let harness = WorkerHarness(tracer: Tracer(spans, sampleOneIn: 1_000_000))
        for index in 0..<20 { harness.upload("\(index).jpg") }
        harness.start()
        #expect(harness.run(600) { harness.messages.allSatisfy(\.isDeleted) })
        #expect(spans.named("pixelate").count <= 1)
    }
}
