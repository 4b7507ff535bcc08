// SPDX-License-Identifier: Apache-2.0

/// The indices of a picture that are stored in runs (BI_RLE4, BI_RLE8).
struct BMPRuns {
    private let width: Int
    private let height: Int
    /// True when an index has 4 bits.
    private let isHalf: Bool
    /// The indices, row by row in the order of the file.
    private(set) var indices: [UInt8]
    private var x = 0
    private var y = 0

    init(width: Int, height: Int, isHalf: Bool) {
        self.width = width
        self.height = height
        self.isHalf = isHalf
        indices = [UInt8](repeating: 0, count: width * height)
    }

    /// Reads the runs from an offset of the file to their end. Pixels that they skip have the index 0.
    ///
    /// - Returns: False when the file ends before the last row is complete.
    mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
        var at = start
        while y < height {
            if y == height - 1 && x >= width { return true }
            guard at + 2 <= bytes.count else { return false }
            let (count, value) = (Int(bytes[at]), bytes[at + 1])
            at += 2
            switch (count, value) {
            case (0, 0): (x, y) = (0, y + 1)
            case (0, 1): return true
            case (0, 2):
                guard at + 2 <= bytes.count else { return false }
                x += Int(bytes[at])
                y += Int(bytes[at + 1])
                at += 2
            case (0, _):
                let length = isHalf ? (Int(value) + 1) / 2 : Int(value)
                guard at + length <= bytes.count else { return false }
                for index in 0..<Int(value) { put(sample(bytes[at + (isHalf ? index / 2 : index)], index)) }
                // A run without repetition has an even number of bytes.
                at += length + length % 2
            default: for index in 0..<count { put(sample(value, index)) }
            }
        }
        return true
    }

    /// Returns the index of pixel `index` of a run, in the byte that contains it.
    private func sample(_ byte: UInt8, _ index: Int) -> UInt8 {
        isHalf ? (index % 2 == 0 ? byte >> 4 : byte & 15) : byte
    }

    /// Writes the next pixel. What is beyond the end of the row is dropped.
    private mutating func put(_ value: UInt8) {
        if x < width && y < height { indices[y * width + x] = value }
        x += 1
    }
}
