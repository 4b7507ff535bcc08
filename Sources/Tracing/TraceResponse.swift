// SPDX-License-Identifier: Apache-2.0

internal import Support

/// The body of the answer of a collector: the message `ExportTraceServiceResponse` of the OpenTelemetry protocol
/// (opentelemetry-proto 1.x, `collector/trace/v1/trace_service.proto`).
enum TraceResponse {
    private static let maximumMessageBytes = 300

    /// Returns the number of spans that the collector has rejected, 0 or more, and its message of at most 300 bytes
    /// without control characters; nil when the field `partial_success` is absent or the body is not understood.
    static func rejection(in body: [UInt8]) -> (spans: Int, message: String)? {
        guard let partialSuccess = fields(body[...])?.last(where: { $0.number == 1 })?.bytes,
            let fields = fields(partialSuccess)
        else { return nil }
        let spans = fields.last { $0.number == 1 }?.varint ?? 0
        let message = fields.last { $0.number == 2 }.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
        return (
            max(0, Int(truncatingIfNeeded: spans)),
            message.truncated(toBytes: maximumMessageBytes).withoutControlCharacters
        )
    }

    private struct Field {
        var number: UInt64
        /// The value of a number; 0 for other fields.
        var varint: UInt64 = 0
        /// The content of a text or a message; empty for other fields.
        var bytes: ArraySlice<UInt8> = []
    }

    /// Returns the fields of a message of Protocol Buffers; nil when it is malformed.
    private static func fields(_ message: ArraySlice<UInt8>) -> [Field]? {
        var rest = message
        var fields: [Field] = []
        while !rest.isEmpty {
            guard let tag = readVarint(&rest) else { return nil }
            var field = Field(number: tag >> 3)
            switch tag & 7 {
            case 0:
                guard let value = readVarint(&rest) else { return nil }
                field.varint = value
            case 2:
                guard let count = readVarint(&rest), count <= rest.count else { return nil }
                field.bytes = rest.prefix(Int(count))
                rest = rest.dropFirst(Int(count))
            case 1, 5:
                let count = tag & 7 == 1 ? 8 : 4
                guard rest.count >= count else { return nil }
                rest = rest.dropFirst(count)
            default: return nil
            }
            fields.append(field)
        }
        return fields
    }

    private static func readVarint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
