// SPDX-License-Identifier: Apache-2.0

/// The two spellings of an entity tag: headers quote it (RFC 9110, 8.8.3), S3's event notifications do not.
package enum ETag {
    /// The tag without its quotation marks. Weak tags (`W/"..."`) and unquoted texts are returned as they are.
    package static func unquoted(_ tag: some StringProtocol) -> String {
        guard tag.utf8.count > 1, tag.hasPrefix("\""), tag.hasSuffix("\"") else { return String(tag) }
        return String(tag.dropFirst().dropLast())
    }

    /// The tag as the headers `If-Match` and `If-None-Match` take it. Weak tags and `*` are returned as they are.
    package static func quoted(_ tag: String) -> String {
        tag.hasPrefix("\"") || tag.hasPrefix("W/") || tag == "*" ? tag : "\"\(tag)\""
    }
}
