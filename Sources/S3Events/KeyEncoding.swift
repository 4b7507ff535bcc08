// SPDX-License-Identifier: Apache-2.0

import Support

/// The encoding of object keys in a notification.
package enum KeyEncoding: String, Sendable, CaseIterable {
    /// The encoding that the service uses: `form` for notifications of S3 and MinIO, `raw` for EventBridge,
    /// CloudTrail and Ceph.
    case automatic
    /// The encoding `application/x-www-form-urlencoded`: `+` is a space, and `%XX` is decoded once.
    case form
    /// No encoding: the key in the notification is the object key.
    case raw

    /// Returns the object key in `text`, decoded, or nil when `text` has a malformed escape or bytes that are not
    /// UTF-8, or when the key is empty or longer than the 1024 bytes that S3 allows.
    func decode(_ text: String, from dialect: ObjectEvent.Dialect) -> String? {
        let key: String?
        switch self {
        case .form: key = text.percentDecoded(plusIsSpace: true)
        case .raw: key = text
        case .automatic:
            switch dialect {
            case .s3, .minio, .other: key = text.percentDecoded(plusIsSpace: true)
            case .eventBridge, .cloudTrail, .ceph, .quarantine: key = text
            }
        }
        guard let key, (1...1024).contains(key.utf8.count) else { return nil }
        return key
    }
}
