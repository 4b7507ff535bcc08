// SPDX-License-Identifier: Apache-2.0

/// The order of keys in listings of S3, which is that of their UTF-8 bytes. The operators of `String` compare by
/// canonical equivalence, under which two different keys can be equal.
enum KeyOrder {
    /// Returns true when `a` comes before `b`.
    static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

    /// Returns a text that comes before `key`, and between which and `key` no key is likely: a listing after this text
    /// begins with `key` when there is such an object. The result is nil for an empty key, which nothing precedes.
    static func predecessor(of key: String) -> String? {
        var scalars = key.unicodeScalars
        guard let last = scalars.popLast() else { return nil }
        guard last.value > 0 else { return String(scalars) }
        // The scalars U+D800...U+DFFF do not exist.
        let before = last.value == 0xE000 ? 0xD7FF : last.value - 1
        guard let scalar = Unicode.Scalar(before) else { return String(scalars) }
        scalars.append(scalar)
        // The largest scalar that is a character.
        scalars.append("\u{10FFFD}")
        return String(scalars)
    }
}
