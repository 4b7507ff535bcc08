// SPDX-License-Identifier: Apache-2.0

import Logging

extension LogRecord {
    /// One JSON object without line breaks (RFC 8259), for log collectors of containers.
    ///
    /// Times in milliseconds, byte counts and other counts are numbers, everything else is a string: a key
    /// called `123` must not change its type.
    package var json: String {
        var out = "{\"time\":\"\(timestamp)\",\"level\":\"\(level.rawValue)\""
        if let event { out += ",\"event\":\(Self.jsonString(event))" }
        out += ",\"message\":\(Self.jsonString(message))"
        for field in fields where !Self.taken.contains(field.key) {
            let value = Self.isNumeric(field) ? field.value : Self.jsonString(field.value)
            out += ",\(Self.jsonString(field.key)):\(value)"
        }
        return out + "}"
    }

    private static let taken: Set<String> = ["time", "level", "event", "message"]

    private static func isNumeric(_ field: Field) -> Bool {
        guard ["ms_", "bytes_"].contains(where: field.key.hasPrefix) || field.key.hasSuffix("_count") else {
            return false
        }
        guard let first = field.value.utf8.first, first != UInt8(ascii: "0") || field.value.utf8.count == 1
        else { return false }
        return field.value.utf8.count < 16
            && field.value.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    static func jsonString(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x2028 || scalar.value == 0x2029:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
