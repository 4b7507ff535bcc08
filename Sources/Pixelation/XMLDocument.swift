// SPDX-License-Identifier: Apache-2.0

/// The beginning of an XML document, up to the name of its root element (XML 1.0, section 2.8).
struct XMLDocument {
    /// The number of bytes that are searched for the root element.
    static let searchedBytes = 1 << 16

    private var rest: ArraySlice<UInt8>

    /// Returns the name of the root element without its namespace prefix, for example `svg`; nil if the file is no XML
    /// document, or if its root element begins after 64 KiB.
    static func rootElement(of file: Span<UInt8>) -> String? {
        let searched = (0..<min(file.count, searchedBytes)).map { file[$0] }
        var document = XMLDocument(rest: characters(of: searched[...]))
        return document.rootElement()
    }

    /// Returns the characters of a document in UTF-8 or, if it begins with a byte-order mark or with a character below
    /// 256, in UTF-16. Characters above 255 are replaced in UTF-16, since no markup has them.
    private static func characters(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        switch (bytes.first, bytes.dropFirst().first) {
        case (0xFE, 0xFF), (0, .some): wide(bytes, lowByte: 1)
        case (0xFF, 0xFE), (.some, 0): wide(bytes, lowByte: 0)
        default: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
        }
    }

    private static func wide(_ bytes: ArraySlice<UInt8>, lowByte: Int) -> ArraySlice<UInt8> {
        let mark = bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) ? 2 : 0
        return stride(from: bytes.startIndex + mark, to: bytes.endIndex - 1, by: 2).map {
            bytes[$0 + 1 - lowByte] == 0 ? bytes[$0 + lowByte] : UInt8(ascii: "?")
        }[...]
    }

    private mutating func rootElement() -> String? {
        while true {
            rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
            if rest.starts(with: "<?".utf8) {
                guard skip(to: "?>", from: 2) else { return nil }
            } else if rest.starts(with: "<!--".utf8) {
                guard skip(to: "-->", from: 4) else { return nil }
            } else if rest.starts(with: "<!DOCTYPE".utf8) {
                guard skipDocumentType() else { return nil }
            } else {
                break
            }
        }
        guard rest.first == UInt8(ascii: "<") else { return nil }
        let name = rest.dropFirst().prefix {
            ![0x20, 0x09, 0x0A, 0x0D].contains($0) && !"/>".utf8.contains($0)
        }
        // A name at the very end may be cut.
        guard !name.isEmpty, name.endIndex < rest.endIndex else { return nil }
        let local = name.split(separator: UInt8(ascii: ":"), maxSplits: 1).last ?? []
        return String(decoding: local, as: UTF8.self)
    }

    /// Moves behind the next occurrence of `end` that begins `count` bytes or more behind the current byte. Returns
    /// false if there is none.
    private mutating func skip(to end: String, from count: Int = 0) -> Bool {
        rest = rest.dropFirst(count)
        while let found = rest.firstIndex(of: end.utf8.first ?? 0) {
            rest = rest[found...]
            if rest.starts(with: end.utf8) {
                rest = rest.dropFirst(end.utf8.count)
                return true
            }
            rest = rest.dropFirst()
        }
        return false
    }

    /// Moves behind the document type declaration at the start of `rest`, which may have literals in quotation marks,
    /// and in square brackets declarations, comments and processing instructions (XML 1.0, section 2.8). Returns false
    /// if it does not end.
    private mutating func skipDocumentType() -> Bool {
        var isInBrackets = false
        while let character = rest.first {
            if isInBrackets && rest.starts(with: "<!--".utf8) {
                guard skip(to: "-->", from: 4) else { return false }
                continue
            }
            if isInBrackets && rest.starts(with: "<?".utf8) {
                guard skip(to: "?>", from: 2) else { return false }
                continue
            }
            rest = rest.dropFirst()
            switch character {
            case UInt8(ascii: "\""): guard skip(to: "\"") else { return false }
            case UInt8(ascii: "'"): guard skip(to: "'") else { return false }
            case UInt8(ascii: "["): isInBrackets = true
            case UInt8(ascii: "]"): isInBrackets = false
            case UInt8(ascii: ">") where !isInBrackets: return true
            default: break
            }
        }
        return false
    }
}
