// SPDX-License-Identifier: Apache-2.0

import Support

/// The checks of the fields that S3 notifications and EventBridge events have in common. Each function has the value of
/// the field and its JSON path as parameters; the path appears in the error.
struct FieldReader {
    var keys: KeyEncoding

    /// Returns `name`, or throws when it is absent or is not 1...255 bytes long.
    func bucket(_ name: String?, at path: String) throws(S3EventsError) -> String {
        guard let name, !name.isEmpty else { throw S3EventsError(.invalidRecord, at: path, "is missing") }
        guard name.utf8.count <= 255 else {
            throw S3EventsError(.invalidRecord, at: path, "has more than 255 bytes")
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

    /// Returns the size of the object in bytes, or nil when it is absent. Throws when it is negative.
    func size(_ size: Int?, at path: String) throws(S3EventsError) -> Int? {
        guard let size else { return nil }
        guard size >= 0 else { throw S3EventsError(.invalidRecord, at: path, "is negative") }
        return size
    }

    /// Returns the version id, or nil when it is absent or empty.
    func versionID(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    /// Returns the ETag without the quotation marks that some services send, or nil when it is absent or empty.
    func eTag(_ text: String?) -> String? {
        guard let tag = text.map(ETag.unquoted), !tag.isEmpty else { return nil }
        return tag
    }
}
