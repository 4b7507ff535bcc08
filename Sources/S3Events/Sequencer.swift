// SPDX-License-Identifier: Apache-2.0

/// The sequencer of an event, which orders the events of one key: of two events the one with the greater sequencer is
/// the later (S3 User Guide, "Event message structure").
///
/// A sequencer consists of hexadecimal digits. Two of them are compared as text, after the shorter one has been padded
/// with zeros on the right. Sequencers of different keys cannot be compared, and those of MinIO are not unique
/// (minio/minio#18272), so equal sequencers do not prove that two events are the same.
package struct Sequencer: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The hexadecimal digits in upper case without trailing zeros, so that equal sequencers have equal digits.
    private let digits: [UInt8]
    /// The sequencer as text, as it was received.
    package let description: String

    /// Parses a sequencer. The result is nil when `text` is not 1...128 hexadecimal digits.
    package init?(_ text: String) {
        guard (1...128).contains(text.utf8.count) else { return nil }
        var digits: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                digits.append(byte)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digits.append(byte - 0x20)
            default: return nil
            }
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        self.digits = digits
        description = text
    }

    package static func < (a: Sequencer, b: Sequencer) -> Bool {
        a.digits.lexicographicallyPrecedes(b.digits)
    }

    package static func == (a: Sequencer, b: Sequencer) -> Bool { a.digits == b.digits }

    package func hash(into hasher: inout Hasher) { hasher.combine(digits) }
}
