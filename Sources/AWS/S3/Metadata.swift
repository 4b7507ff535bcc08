// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Support

/// User metadata of objects, which travels in headers and so as ASCII.
enum Metadata {
    /// The largest sum of names and values that S3 accepts, in bytes.
    static let limit = 2048

    /// What is left free in every output for the worker's stamp, in bytes: four names of 80 together, an ETag (S3's
    /// have at most 38), a version id (S3 User Guide: at most 1024), a sequencer as long as one is read, a recipe.
    static let reserve = 80 + 128 + 1024 + 128 + 64

    /// What is wrong with the metadata of every output, as it is configured.
    static func problems(
        _ metadata: [String: String]
    ) -> [OptionProblem] {
        var found: [OptionProblem] = []
        for name in metadata.keys
        where name.isEmpty
            || !name.utf8.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D
                    || byte == 0x5F
            })
        {
            found.append(
                OptionProblem(
                    "metadata", expected: "names of letters, digits, hyphens and underscores",
                    got: name.debugDescription))
        }
        let size = metadata.reduce(0) { $0 + $1.key.utf8.count + encoded($1.value).utf8.count }
        let most = limit - reserve
        if size > most {
            let expected = "at most \(most) bytes in all: \(reserve) of S3's \(limit) are kept for the stamp"
            found.append(OptionProblem("metadata", expected: expected, got: "\(size)"))
        }
        return found
    }

    /// As it is when printable ASCII; else in the form in which S3 itself returns it (RFC 2047, section 2,
    /// "B").
    static func encoded(_ value: String) -> String {
        guard !value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return value }
        return "=?UTF-8?B?\(Data(value.utf8).base64EncodedString())?="
    }

    /// The inverse of `encoded`. What is not of that form stays as it is.
    static func decoded(_ value: String) -> String {
        let prefix = "=?UTF-8?B?"
        guard value.hasPrefix(prefix), value.hasSuffix("?="), value.utf8.count > prefix.utf8.count + 2,
            let data = Data(base64Encoded: String(value.dropFirst(prefix.count).dropLast(2))),
            let text = String(validating: data, as: UTF8.self)
        else { return value }
        return text
    }
}
