// SPDX-License-Identifier: Apache-2.0

/// A position in the data of an item, which may be in several places of the file.
struct HEIFData {
    private var extents: ArraySlice<Range<Int>>
    /// The number of bytes that are left.
    private(set) var count: Int

    init(_ item: HEIFItem) {
        extents = item.extents[...]
        count = item.dataBytes
    }

    init(_ range: Range<Int>) {
        extents = [range]
        count = range.count
    }

    /// Reads up to `limit` bytes.
    mutating func bytes(_ limit: Int, _ file: Span<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        while result.count < limit, let first = extents.first {
            let taken = first.prefix(limit - result.count)
            for index in taken { result.append(file[index]) }
            advance(taken.count)
        }
        return result
    }

    /// Reads a number of `size` bytes, the highest first; nil at the end.
    mutating func number(_ size: Int, _ file: Span<UInt8>) -> Int? {
        guard size <= count else { return nil }
        return bytes(size, file).reduce(0) { $0 << 8 | Int($1) }
    }

    /// Skips bytes, to the end at most.
    mutating func skip(_ number: Int) {
        var left = min(number, count)
        while left > 0, let first = extents.first {
            let taken = min(left, first.count)
            advance(taken)
            left -= taken
        }
    }

    private mutating func advance(_ number: Int) {
        guard let first = extents.first else { return }
        count -= number
        if number == first.count {
            extents.removeFirst()
        } else {
            extents[extents.startIndex] = first.lowerBound + number..<first.upperBound
        }
    }
}
