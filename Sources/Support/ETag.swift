// SPDX-License-Identifier: Apache-2.0

/// The two spellings of an entity tag: HTTP headers quote it (RFC 9110, 8.8.3), S3 event notifications do not.
package enum ETag {
    /// Returns the tag without its quotation marks. Weak tags (`W/"..."`), unquoted texts and a single quotation mark
    /// are returned unchanged; `""` becomes the empty text.
    package static func unquoted(_ tag: some StringProtocol) -> String {
        guard tag.utf8.count > 1, tag.hasPrefix("\""), tag.hasSuffix("\"") else { return String(tag) }
        return String(tag.dropFirst().dropLast())
    }

    /// Returns the tag as the headers `If-Match` and `If-None-Match` carry it. Quoted tags, weak tags and `*` are
    /// returned unchanged.
    package static func quoted(_ tag: String) -> String {
        tag.hasPrefix("\"") || tag.hasPrefix("W/") || tag == "*" ? tag : "\"\(tag)\""
    }
}
