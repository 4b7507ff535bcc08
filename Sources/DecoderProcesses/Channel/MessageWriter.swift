// SPDX-License-Identifier: Apache-2.0

internal import Support

/// A writer of one message of the channel: the length of the body as 4 bytes, the body with its kind as first byte. The
/// numbers are little-endian.
package struct MessageWriter {
    private var bytes: [UInt8]

    package init(_ kind: MessageKind) { bytes = [0, 0, 0, 0, kind.rawValue] }

    package mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func append(_ part: some Sequence<UInt8>) { bytes.append(contentsOf: part) }

    /// Appends a text with its length: at most `MessageReader.maximumTextBytes` bytes of it.
    package mutating func append(text: String) {
        let text = Array(text.truncated(toBytes: MessageReader.maximumTextBytes).utf8)
        append(UInt16(text.count))
        append(text)
    }

    /// Returns the whole message.
    package consuming func message() -> [UInt8] {
        var message = bytes
        let length = UInt32(message.count - MessageReader.lengthBytes)
        withUnsafeBytes(of: length.littleEndian) {
            message.replaceSubrange(0..<MessageReader.lengthBytes, with: $0)
        }
        return message
    }
}
