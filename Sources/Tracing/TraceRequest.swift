// SPDX-License-Identifier: Apache-2.0

/// The body of a request with which spans are exported: the message `ExportTraceServiceRequest` of the OpenTelemetry
/// protocol (opentelemetry-proto 1.x, `collector/trace/v1/trace_service.proto` and `trace/v1/trace.proto`).
enum TraceRequest {
    /// Returns the encoded request.
    ///
    /// - Parameters:
    ///   - resource: The attributes of the process, such as `service.name`.
    ///   - scope: The name and the version of the program that made the spans.
    static func encode(
        _ spans: some Sequence<Span>, resource: [(name: String, value: String)],
        scope: (name: String, version: String)
    ) -> [UInt8] {
        var request = ProtobufWriter()
        request.message(1) { resourceSpans in
            resourceSpans.message(1) { message in
                for attribute in resource {
                    write(1, (attribute.name, .text(attribute.value)), to: &message)
                }
            }
            resourceSpans.message(2) { scopeSpans in
                scopeSpans.message(1) { message in
                    message.text(1, scope.name)
                    message.text(2, scope.version)
                }
                for span in spans { scopeSpans.message(2) { write(span, to: &$0) } }
            }
        }
        return request.bytes
    }

    private static func write(_ span: Span, to message: inout ProtobufWriter) {
        message.identifier(1, span.context.traceID)
        message.identifier(2, span.context.spanID)
        if let parent = span.parentID { message.identifier(4, parent) }
        message.text(5, span.name)
        message.varint(6, UInt64(span.kind.rawValue))
        message.fixed64(7, span.start)
        message.fixed64(8, span.end)
        for attribute in span.attributes { write(9, attribute, to: &message) }
        for link in span.links {
            message.message(13) { message in
                message.identifier(1, link.traceID)
                message.identifier(2, link.spanID)
                message.fixed32(6, flags(link))
            }
        }
        if let error = span.error {
            message.message(15) { status in
                status.text(2, error)
                // STATUS_CODE_ERROR
                status.varint(3, 2)
            }
        }
        message.fixed32(16, flags(span.context))
    }

    private static func write(
        _ field: Int, _ attribute: (name: String, value: Span.Value), to message: inout ProtobufWriter
    ) {
        message.message(field) { pair in
            pair.text(1, attribute.name)
            pair.message(2) { value in
                switch attribute.value {
                case .text(let text): value.text(1, text)
                case .integer(let number): value.varint(3, UInt64(bitPattern: Int64(number)))
                }
            }
        }
    }

    /// The flags of W3C Trace Context in the lowest byte.
    private static func flags(_ context: TraceContext) -> UInt32 { context.isSampled ? 1 : 0 }
}
