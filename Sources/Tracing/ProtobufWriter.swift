// SPDX-License-Identifier: Apache-2.0

/// A message of Protocol Buffers in its binary form (https://protobuf.dev/programming-guides/encoding/), as far as
/// `TraceRequest` needs it. Fields are written in the order of the calls.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
        case fixed32 = 5
    }

    mutating func varint(_ field: Int, _ value: UInt64) {
        tag(field, .varint)
        append(varint: value)
    }

    mutating func fixed64(_ field: Int, _ value: UInt64) {
        tag(field, .fixed64)
        append(littleEndian: value)
    }

    mutating func fixed32(_ field: Int, _ value: UInt32) {
        tag(field, .fixed32)
        append(littleEndian: value)
    }

    mutating func text(_ field: Int, _ text: String) {
        tag(field, .lengthDelimited)
        append(varint: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// Writes a field of bytes: the big-endian bytes of an identifier.
    mutating func identifier(_ field: Int, _ value: some FixedWidthInteger) {
        tag(field, .lengthDelimited)
        let count = value.bitWidth / 8
        append(varint: UInt64(count))
        for index in 1...count {
            bytes.append(UInt8(truncatingIfNeeded: value >> (value.bitWidth - 8 * index)))
        }
    }

    /// Writes a field that is a message of its own.
    mutating func message(_ field: Int, _ write: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        write(&inner)
        tag(field, .lengthDelimited)
        append(varint: UInt64(inner.bytes.count))
        bytes.append(contentsOf: inner.bytes)
    }

    private mutating func tag(_ field: Int, _ type: WireType) {
        append(varint: UInt64(field) << 3 | type.rawValue)
    }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func append(littleEndian value: some FixedWidthInteger) {
        for index in 0..<value.bitWidth / 8 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }
}
