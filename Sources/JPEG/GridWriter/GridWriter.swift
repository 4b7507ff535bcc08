// SPDX-License-Identifier: Apache-2.0

import CJPEG
package import Pixels

/// Writes grids, blown up to a picture, as JPEG files.
package struct GridWriter: Sendable {
    package let width: Int
    package let height: Int
    private let comment: [UInt8]?
    private let profile: [UInt8]

    package init(width: Int, height: Int, attachments: GridAttachments) {
        self.width = width
        self.height = height
        comment = attachments.comment
        profile = attachments.iccProfile ?? []
    }

    package func encode(_ grid: Grid) -> [UInt8] {
        let columns = NearestMap.cells(grid.n, over: width)
        let rows = NearestMap.cells(grid.n, over: height)
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        let ok = px_write_grid(
            grid.samples, Int32(grid.n), Int32(grid.bands), UInt32(width), UInt32(height), columns, rows,
            comment ?? [], comment?.count ?? 0, profile, profile.count, &bytes, &count)
        precondition(ok, "libjpeg failed to write")
        defer { px_write_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}
