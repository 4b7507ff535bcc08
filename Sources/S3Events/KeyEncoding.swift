// SPDX-License-Identifier: Apache-2.0

/// How the key of an object is written in a notification.
package enum KeyEncoding: String, Sendable, CaseIterable {
    /// By dialect: `form` for notifications of S3 and MinIO, `raw` for EventBridge and Ceph.
    case automatic
    /// `+` is a space, then `%XX` once.
    case form
    /// The key itself.
    case raw

    /// The key that `text` stands for, or nil when it cannot be one: a malformed escape, bytes that are no
    /// UTF-8, empty, or more than the 1024 bytes that S3 allows.
    func decode(_ text: String, from dialect: ObjectEvent.Dialect) -> String? {
        let key: String?
        switch self {
        case .form: key = Self.formDecode(text)
        case .raw: key = text
        case .automatic:
            switch dialect {
            case .s3, .minio, .other: key = Self.formDecode(text)
            case .eventBridge, .ceph: key = text
            }
        }
        guard let key, (1...1024).contains(key.utf8.count) else { return nil }
        return key
    }

    /// `application/x-www-form-urlencoded`, decoded exactly once: `+` first, so that `%2B` stays a plus.
    private static func formDecode(_ text: String) -> String? {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): out.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else {
                    return nil
                }
                out.append(high << 4 | low)
            default: out.append(byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
