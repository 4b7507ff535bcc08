// SPDX-License-Identifier: Apache-2.0

import Testing
import Tracing

struct TraceContextTests {
    private static let traceID: UInt128 = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c
    private static let spanID: UInt64 = 0xb7ad_6b71_6920_3331

    @Test func `a traceparent is read and written as in W3C Trace Context`() throws {
        let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let context = try #require(TraceContext(traceparent: text))
        #expect(context.traceID == Self.traceID && context.spanID == Self.spanID && context.isSampled)
        #expect(context.traceparent == text)
        #expect(context.traceIDText == "0af7651916cd43dd8448eb211c80319c")
        let unsampled = try #require(TraceContext(traceID: 1, spanID: 2, isSampled: false))
        #expect(unsampled.traceparent == "00-00000000000000000000000000000001-0000000000000002-00")
        // A later version may have more parts.
        #expect(TraceContext(traceparent: "01" + text.dropFirst(2) + "-what") == context)
    }

    @Test(arguments: [
        "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
    ])
    func `an invalid traceparent is refused`(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test func `the header of X-Ray is read`() throws {
        let header = "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1"
        let context = try #require(TraceContext(awsHeader: header))
        #expect(context.traceID == Self.traceID && context.spanID == Self.spanID && context.isSampled)
        let other = try #require(
            TraceContext(
                awsHeader: "Self=1-1-1; Parent=b7ad6b7169203331; Root=1-0af76519-16cd43dd8448eb211c80319c"))
        #expect(other.traceID == Self.traceID && !other.isSampled)
        for broken in [
            "", "Root=1-0af76519-16cd43dd8448eb211c80319c;Sampled=1",
            "Root=2-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331",
            "Root=1-0af765191-6cd43dd8448eb211c80319c;Parent=b7ad6b7169203331", "Root;Parent",
            "Root=1-a;Parent=1",
        ] {
            #expect(TraceContext(awsHeader: broken) == nil, "\(broken)")
        }
    }

    @Test func `new traces have different identifiers, and zero is none`() {
        let contexts = (0..<100).map { _ in TraceContext.random() }
        #expect(Set(contexts).count == 100 && Set(contexts.map(\.traceID)).count == 100)
        #expect(TraceContext(traceID: 0, spanID: 1) == nil && TraceContext(traceID: 1, spanID: 0) == nil)
    }
}
