// SPDX-License-Identifier: Apache-2.0

/// The separation of the members of a JSON object, which finds names that are repeated. The decoders of Foundation use
/// the first of several members with one name and ignore the others.
package enum JSONMembers {
    /// Separates the members of a valid JSON object, without those of objects inside it. Names and values can have
    /// white space around them.
    package static func members(of bytes: [UInt8]) -> [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] {
        var found: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
        var depth = 0
        var isInString = false
        var isEscaped = false
        var begin = bytes.startIndex
        var name = bytes[..<begin]
        for (index, byte) in bytes.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else {
                    isInString = byte != UInt8(ascii: "\"")
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth == 1 { begin = index + 1 }
            case UInt8(ascii: ":") where depth == 1:
                name = bytes[begin..<index]
                begin = index + 1
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"):
                // A comma before the closing brace ends no member.
                if depth == 1, !name.isEmpty { found.append((name, bytes[begin..<index])) }
                if depth == 1 {
                    name = bytes[..<bytes.startIndex]
                    begin = index + 1
                }
                if byte != UInt8(ascii: ",") { depth -= 1 }
            default: break
            }
        }
        return found
    }
}
