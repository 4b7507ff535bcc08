// SPDX-License-Identifier: Apache-2.0

/// S3's order of the events of one key: hexadecimal digits; the shorter of two is padded with zeros on the
/// right, then they compare as text, and the greater is the later (S3 User Guide, "Event message structure").
///
/// Means nothing across keys. MinIO's are not unique (minio/minio#18272), so equal does not mean same.
package struct Sequencer: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Upper-case digits without trailing zeros: equal sequencers have equal digits.
    private let digits: [UInt8]
    package let description: String

    /// Nil when `text` is empty, longer than 128 digits or not hexadecimal.
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
