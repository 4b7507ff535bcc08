// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
    /// Returns the text with its percent-encoded bytes decoded once (RFC 3986, 2.1).
    ///
    /// - Parameter plusIsSpace: true for `application/x-www-form-urlencoded`, in which `+` stands for a space. An
    ///   encoded `%2B` stays a plus sign.
    /// - Returns: the decoded text; nil when a `%` is not followed by two hexadecimal digits, or when the decoded bytes
    ///   are not UTF-8.
    package func percentDecoded(plusIsSpace: Bool = false) -> String? {
        var out: [UInt8] = []
        out.reserveCapacity(utf8.count)
        var rest = utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+") where plusIsSpace: out.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(Hex.value(ofDigit:)),
                    let low = rest.next().flatMap(Hex.value(ofDigit:))
                else { return nil }
                out.append(high << 4 | low)
            default: out.append(byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }
}
