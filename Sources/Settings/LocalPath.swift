// SPDX-License-Identifier: Apache-2.0

/// The path of a local file. A path consists of any bytes except NUL, and is UTF-8 only by convention.
package struct LocalPath: Sendable, Hashable, CustomStringConvertible {
    /// The bytes of the path without a NUL at the end.
    package let bytes: [UInt8]

    /// Makes a path from its bytes. A NUL and the bytes after it are removed.
    package init(bytes: some Collection<UInt8>) { self.bytes = Array(bytes.prefix { $0 != 0 }) }

    package init(_ text: String) { self.init(bytes: text.utf8) }

    /// The bytes after the last slash, without slashes at the end of the path; empty for a path of slashes only.
    package var lastComponent: [UInt8] {
        Array(bytes.split(separator: UInt8(ascii: "/")).last ?? [])
    }

    /// The path of the directory that contains the file; nil for a path without a slash between two components.
    package var parent: LocalPath? {
        let end = bytes.lastIndex { $0 != UInt8(ascii: "/") }.map { $0 + 1 } ?? 0
        guard let slash = bytes[..<end].lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let directory = bytes[..<slash]
        return directory.isEmpty ? nil : LocalPath(bytes: directory)
    }

    /// Returns the path of the file `name` in this directory.
    package func appending(_ name: some Collection<UInt8>) -> LocalPath {
        LocalPath(bytes: bytes + [UInt8(ascii: "/")] + name)
    }

    /// Calls `body` with the path as a C string.
    package func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (bytes + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                guard let start = text.baseAddress else {
                    // The buffer contains at least the NUL, so that its address exists.
                    preconditionFailure("a C string without an address")
                }
                return body(start)
            }
        }
    }

    /// The path as text on one line. Control characters and bytes that are not UTF-8 are written as `\xNN`.
    package var description: String {
        var out = ""
        var rest = bytes[...]
        while !rest.isEmpty {
            var decoder = UTF8()
            var iterator = rest.makeIterator()
            let length: Int
            if case .scalarValue(let scalar) = decoder.decode(&iterator), scalar.value >= 0x20,
                !(0x7F..<0xA0).contains(scalar.value)
            {
                out.unicodeScalars.append(scalar)
                length = UTF8.width(scalar)
            } else {
                out += "\\x" + Self.digits(rest[rest.startIndex])
                length = 1
            }
            rest = rest.dropFirst(length)
        }
        return out
    }

    private static func digits(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }
}
