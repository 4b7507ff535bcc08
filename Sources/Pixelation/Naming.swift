// SPDX-License-Identifier: Apache-2.0

/// The naming of outputs. The key of the output of 8 x 8 blocks of `photos/HS.jpeg` is `photos/pixelated-8x8-HS.jpeg`:
/// the prefix and the size are inserted after the last slash, and nothing is escaped. An output in another format than
/// the source gets the ending of its format, as in `pixelated-8x8-IMG_1.HEIC.jpg`.
package struct Naming: Sendable, Equatable {
    /// The prefix that is used unless the settings have another one.
    package static let defaultPrefix = "pixelated-"

    /// The text between the last slash and the size in the key of an output.
    package var namePrefix: String

    package init(namePrefix: String = Naming.defaultPrefix) { self.namePrefix = namePrefix }

    /// Returns the key of an output.
    ///
    /// - Parameters:
    ///   - key: The key of the source.
    ///   - size: The number of blocks along each side of the output.
    ///   - ending: The ending of an output in another format than the source, which is appended after a dot; nil if
    ///     both have the same format.
    package func name(for key: String, size: Int, ending: String?) -> String {
        String(decoding: name(for: Array(key.utf8), size: size, ending: ending), as: UTF8.self)
    }

    /// Returns the path of an output as bytes, for the path of a local file, which is not UTF-8 in each case.
    package func name(for path: [UInt8], size: Int, ending: String?) -> [UInt8] {
        let file = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        return path[..<file] + Array("\(namePrefix)\(size)x\(size)-".utf8) + path[file...]
            + (ending.map { Array(".\($0)".utf8) } ?? [])
    }

    /// Returns true if `key` is the key of an output of some source, with a size of 1 to 3 digits. Such an object must
    /// not be pixelated again.
    package func isOutput(_ key: String) -> Bool { isOutput(Array(key.utf8)) }

    /// Returns the key of the source of an output, with the ending that an output in another format has got; nil if
    /// `key` is not the key of an output (`isOutput`).
    package func sourceKey(ofOutput key: String) -> String? {
        let bytes = Array(key.utf8)
        guard isOutput(bytes) else { return nil }
        let file = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        let sizes = bytes[(file + namePrefix.utf8.count)...]
        guard let dash = sizes.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        return String(decoding: bytes[..<file] + bytes[(dash + 1)...], as: UTF8.self)
    }

    /// Returns true if `path` is the path of an output, as bytes.
    package func isOutput(_ path: [UInt8]) -> Bool {
        let file = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last ?? [][...]
        guard !namePrefix.isEmpty || !file.isEmpty, file.starts(with: namePrefix.utf8) else { return false }
        let rest = file.dropFirst(namePrefix.utf8.count)
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...3).contains(digits.count) else { return false }
        let tail = rest.dropFirst(digits.count)
        return tail.starts(with: Array("x".utf8) + digits + Array("-".utf8))
    }
}
