// SPDX-License-Identifier: Apache-2.0

/// The order in which the rows of a frame are stored: from the top, or in four passes (GIF89a specification,
/// appendix E).
struct GIFRows {
    let height: Int
    let isInterlaced: Bool

    /// Returns the position, in the order of the file, of a row counted from the top.
    func stored(_ row: Int) -> Int {
        guard isInterlaced else { return row }
        let first = (height + 7) / 8
        let second = (height + 3) / 8
        let third = (height + 1) / 4
        if row % 8 == 0 { return row / 8 }
        if row % 8 == 4 { return first + row / 8 }
        if row % 4 == 2 { return first + second + row / 4 }
        return first + second + third + row / 2
    }
}
