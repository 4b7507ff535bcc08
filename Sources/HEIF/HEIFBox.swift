// SPDX-License-Identifier: Apache-2.0

/// A box of a file: a type and a content.
struct HEIFBox {
    /// The type, as four bytes of which the first is the highest.
    var type: UInt32
    /// The byte range of the content within the file.
    var content: Range<Int>

    /// Returns the number of a type such as `meta`.
    static func type(_ name: String) -> UInt32 { name.utf8.reduce(0) { $0 << 8 | UInt32($1) } }

    /// Returns the type as text, with a question mark for each byte that is no ASCII character.
    static func name(_ type: UInt32) -> String {
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: type >> UInt32(24 - 8 * $0)) }
        return String(decoding: bytes.map { (0x20...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
    }
}
