// SPDX-License-Identifier: Apache-2.0

import Pixelation

/// The examination of the parts of a file beside its pixels.
///
/// It ends at the part after which there are `limits.markers` findings.
struct FileWalk {
    let limits: PixelationLimits
    var findings: [Finding] = []
    /// The length of the colour profile in bytes, as it is in the file.
    var profileBytes = 0
    /// The offset of the first part with pixels; nil if there is none.
    var pictureOffset: Int?

    init(_ limits: PixelationLimits) { self.limits = limits }

    /// True when no further part is examined. A finding of the kind `.limit` is then added.
    mutating func exceedsLimit(at offset: Int) -> Bool {
        guard findings.count >= limits.markers else { return false }
        let detail = "more than \(limits.markers) parts that outputs do not have"
        findings.append(Finding(PixelationError(.tooManyMarkers, limit: detail), at: offset))
        return true
    }

    mutating func add(_ kind: Finding.Kind, at offset: Int, count: Int? = nil, _ detail: String) {
        findings.append(Finding(kind, at: offset, count: count, detail))
    }

    /// Adds the finding for bytes behind the end of the picture, if there are any.
    mutating func addTrailing(_ bytes: [UInt8], from end: Int) {
        guard end < bytes.count else { return }
        add(.trailingBytes, at: end, count: bytes.count - end, "data behind the end of the picture")
    }
}
