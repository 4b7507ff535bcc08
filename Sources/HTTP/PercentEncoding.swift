// SPDX-License-Identifier: Apache-2.0

/// Percent-encoding as AWS defines it for Signature Version 4 (`UriEncode` in "Create a signed AWS API request").
/// `String.percentDecoded` of the module Support is the inverse.
package enum PercentEncoding {
    /// Returns `text` with each byte of its UTF-8 form as `%XX` in upper-case digits, except the bytes `A-Z a-z 0-9 - .
    /// _ ~`. A space becomes `%20`.
    ///
    /// - Parameter keepingSlash: true to keep `/`, for the path of an object key.
    package static func encode(_ text: String, keepingSlash: Bool = false) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) || (keepingSlash && byte == UInt8(ascii: "/")) {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "%"))
                out.append(hexDigits[Int(byte >> 4)])
                out.append(hexDigits[Int(byte & 15)])
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    /// Returns true when `byte` is an unreserved character of RFC 3986, 2.3: `A-Z a-z 0-9 - . _ ~`.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
