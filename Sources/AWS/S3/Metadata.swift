// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Support

/// The rules of S3 for user-defined metadata of objects, which is sent in headers and therefore as ASCII.
package enum Metadata {
    /// The maximum total size of the names and values in bytes (Amazon S3 User Guide, "Working with object metadata").
    static let limit = 2048

    /// The part of `limit`, in bytes, that is reserved for the stamp, the metadata that the worker adds to each output.
    /// The terms of the sum are, in this order: four names together, the ETag (at most 38 bytes in S3, with a reserve
    /// for other stores), the name of the source with the name of its field and the version id (1024 bytes together),
    /// the sequencer (at most 128 bytes) and the output format.
    package static let reserve = 87 + 128 + 1024 + 128 + 57

    /// Returns a problem for each invalid entry of the metadata that is configured for all outputs.
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
            let expected =
                "at most \(most) bytes in all: \(reserve) of S3's \(limit) are reserved for the stamp"
            found.append(OptionProblem("metadata", expected: expected, got: "\(size)"))
        }
        return found
    }

    /// Returns a metadata value as the value of its header. A value of printable ASCII is unchanged, and every other
    /// becomes an encoded word (RFC 2047, section 2, encoding "B"), the form that S3 returns as well.
    static func encoded(_ value: String) -> String {
        guard !value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return value }
        return "=?UTF-8?B?\(Data(value.utf8).base64EncodedString())?="
    }

    /// Returns the metadata value for the value of its header: the inverse of `encoded`. Texts that are not encoded
    /// words are returned unchanged.
    static func decoded(_ value: String) -> String {
        let prefix = "=?UTF-8?B?"
        guard value.hasPrefix(prefix), value.hasSuffix("?="), value.utf8.count > prefix.utf8.count + 2,
            let data = Data(base64Encoded: String(value.dropFirst(prefix.count).dropLast(2))),
            let text = String(validating: data, as: UTF8.self)
        else { return value }
        return text
    }
}
