// SPDX-License-Identifier: Apache-2.0

import Support

/// The checks of the fields that the events of all senders have in common. The functions for required fields have the
/// value of the field and its JSON path as parameters; the path appears in the error. A field that is only a hint is
/// dropped when it is invalid.
struct FieldReader {
    /// The maximum length of an ETag in bytes. Those of S3 have at most 38, and other stores have longer ones.
    static let maximumETagBytes = 128
    /// The maximum length of a version id in bytes, which is the maximum of S3 ("Using S3 Versioning").
    static let maximumVersionIDBytes = 1024

    var keys: KeyEncoding

    /// Returns `name`, or throws when it is absent, is not 1...255 bytes long, or contains a control character or a
    /// slash that is not that of the ARN of an access point.
    func bucket(_ name: String?, at path: String) throws(S3EventsError) -> String {
        guard let name, !name.isEmpty else { throw S3EventsError(.invalidRecord, at: path, "is missing") }
        guard name.utf8.count <= 255 else {
            throw S3EventsError(.invalidRecord, at: path, "has more than 255 bytes")
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isARN = parts.count == 2 && name.hasPrefix("arn:") && parts[0].hasSuffix(":accesspoint")
        guard parts.count == 1 || isARN, !name.hasControlCharacters else {
            throw S3EventsError(.invalidRecord, at: path, "contains a slash or a control character")
        }
        return name
    }

    /// Returns the object key in `text`, decoded, or throws when it is absent or malformed.
    func key(
        _ text: String?, _ dialect: ObjectEvent.Dialect, at path: String
    ) throws(S3EventsError) -> String {
        guard let text else { throw S3EventsError(.invalidRecord, at: path, "is missing") }
        guard let key = keys.decode(text, from: dialect) else {
            throw S3EventsError(.invalidKey, at: path, "does not decode to a key of 1...1024 bytes of UTF-8")
        }
        return key
    }

    /// Returns the name of an event, or throws when it is absent or longer than `EventName.maximumBytes`.
    func name(_ name: String?, at path: String) throws(S3EventsError) -> String {
        guard let name, !name.isEmpty else { throw S3EventsError(.invalidRecord, at: path, "is missing") }
        guard name.utf8.count <= EventName.maximumBytes else {
            throw S3EventsError(.invalidRecord, at: path, "has more than \(EventName.maximumBytes) bytes")
        }
        return name
    }

    /// Throws when a version is present and its major version, the part before the first dot, is not `major`.
    func checkVersion(_ version: String?, major: String, at path: String) throws(S3EventsError) {
        guard let version, version.prefix(while: { $0 != "." }) != major else { return }
        throw S3EventsError(.unsupportedVersion, at: path, "must be \(major).x (got \(version.prefix(20)))")
    }

    /// Returns the error of an event whose name is unknown.
    func unknownEvent(_ name: String, at path: String) -> S3EventsError {
        S3EventsError(.unknownEvent, at: path, "is not the name of a known event (got \(name.prefix(60)))")
    }

    /// Returns the version id; nil when it is absent, empty, `null` (the id of objects that were stored without
    /// versioning), too long, or contains a control character.
    func versionID(_ text: String?) -> String? {
        text.flatMap { $0 == "null" ? nil : hint($0, maximumBytes: Self.maximumVersionIDBytes) }
    }

    /// Returns the ETag without the quotation marks that some services send; nil when it is absent, empty, too long, or
    /// contains a control character.
    func eTag(_ text: String?) -> String? {
        text.flatMap { hint(ETag.unquoted($0), maximumBytes: Self.maximumETagBytes) }
    }

    /// Returns the time in a text of RFC 3339 in UTC, such as `2015-08-30T12:36:00.123Z`, in seconds since
    /// 1970-01-01T00:00:00Z; nil when it is absent or has another form.
    func time(_ text: String?) -> Double? {
        guard let bytes = text.map({ Array($0.utf8) }), (20...30).contains(bytes.count),
            bytes.last == UInt8(ascii: "Z")
        else { return nil }
        let separators: [(Int, Unicode.Scalar)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        guard separators.allSatisfy({ bytes[$0.0] == UInt8(ascii: $0.1) }) else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            bytes[range].reduce(0) { sum, byte in
                guard let sum, (0x30...0x39).contains(byte) else { return nil }
                return 10 * sum + Int(byte - 0x30)
            }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            let time = CivilTime(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        else { return nil }
        let whole = Double(time.secondsSinceEpoch)
        guard bytes.count > 20 else { return whole }
        // `Double` would accept an exponent as well.
        guard bytes[19] == UInt8(ascii: "."), number(20..<bytes.count - 1) != nil,
            let fraction = Double("0\(String(decoding: bytes[19..<(bytes.count - 1)], as: UTF8.self))")
        else { return nil }
        return whole + fraction
    }

    private func hint(_ text: String, maximumBytes: Int) -> String? {
        (1...maximumBytes).contains(text.utf8.count) && !text.hasControlCharacters ? text : nil
    }
}
