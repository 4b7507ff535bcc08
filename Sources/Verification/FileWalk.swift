// SPDX-License-Identifier: Apache-2.0

/// The examination of the parts of a file beside its pixels.
struct FileWalk {
    var findings: [Finding] = []
    /// The length of the colour profile in bytes, as it is in the file.
    var profileBytes = 0
    /// The offset of the first part with pixels; nil if there is none.
    var pictureOffset: Int?

    mutating func add(_ kind: Finding.Kind, at offset: Int, count: Int? = nil, _ detail: String) {
        findings.append(Finding(kind, at: offset, count: count, detail))
    }

    /// Adds the finding for bytes behind the end of the picture, if there are any.
    mutating func addTrailing(_ bytes: [UInt8], from end: Int) {
        guard end < bytes.count else { return }
        add(.trailingBytes, at: end, count: bytes.count - end, "data behind the end of the picture")
    }
}
