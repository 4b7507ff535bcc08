// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

@testable import Tracing

struct TraceRequestTests {
    /// The same request as the Python package opentelemetry-proto 1.45.2 encodes it.
    private static let expected = """
        0af8010a1d0a1b0a0c736572766963652e6e616d65120b0a09706978656c6174656412d6010a120a09706978656c61746564\
        1205312e302e3012bf010a100af7651916cd43dd8448eb211c80319c1208b7ad6b7169203331220800f067aa0ba902b72a0c\
        53332e5075744f626a65637430033901002a36fe9c97174180b21045fe9c97174a160a0a6177732e73332e6b657912080a06\
        c3a92e6a70674a160a0f706978656c617465642e6279746573120318ac024a100a016e120b18ffffffffffffffffff016a21\
        0a105759e988bd862e3fe1be46a994272793120853995c3f42cd8ad835010000007a0a120664656e69656418028501010000\
        00
        """

    @Test func `a request has the bytes of the protocol`() throws {
        let context = try #require(
            TraceContext(traceID: 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c, spanID: 0xb7ad_6b71_6920_3331))
        let cause = try #require(
            TraceContext(traceID: 0x5759_e988_bd86_2e3f_e1be_46a9_9427_2793, spanID: 0x5399_5c3f_42cd_8ad8))
        let span = Span(
            "S3.PutObject", .client, context, parentID: 0x00f0_67aa_0ba9_02b7,
            start: 1_700_000_000_000_000_001, end: 1_700_000_000_250_000_000,
            attributes: [
                ("aws.s3.key", .text("é.jpg")), ("pixelated.bytes", .integer(300)), ("n", .integer(-1)),
            ], links: [cause], error: "denied")
        let bytes = TraceRequest.encode(
            [span], resource: [("service.name", "pixelated")], scope: ("pixelated", "1.0.0"))
        #expect(Hex.encode(bytes) == Self.expected)
    }

    @Test func `a span does not end before it begins`() throws {
        let context = try #require(TraceContext(traceID: 1, spanID: 1))
        #expect(Span("a", .internal, context, start: 5, end: 3).end == 5)
    }
}
