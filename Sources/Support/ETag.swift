// SPDX-License-Identifier: Apache-2.0

/// The conversion between the two spellings of an entity tag: with quotation marks in HTTP headers (RFC 9110, 8.8.3),
/// without them in S3 event notifications.
package enum ETag {
    /// Returns `tag` without its quotation marks. Weak tags (`W/"..."`), texts without quotation marks and a single
    /// quotation mark are returned unchanged; `""` becomes the empty text.
    package static func unquoted(_ tag: some StringProtocol) -> String {
        guard tag.utf8.count > 1, tag.hasPrefix("\""), tag.hasSuffix("\"") else { return String(tag) }
        return String(tag.dropFirst().dropLast())
    }

    /// Returns `tag` with quotation marks, as in the headers `If-Match` and `If-None-Match`. Quoted tags, weak tags and
    /// `*` are returned unchanged.
    package static func quoted(_ tag: String) -> String {
        tag.hasPrefix("\"") || tag.hasPrefix("W/") || tag == "*" ? tag : "\"\(tag)\""
    }
}
