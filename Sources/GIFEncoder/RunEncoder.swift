// SPDX-License-Identifier: Apache-2.0

/// An encoder of runs of equal pixels. Its codes are those of the usual LZW encoder, which takes the longest string
/// that has a code, but it takes one step for each code and each run, not for each pixel.
///
/// One encoder serves all frames, because its tables are larger than most of them.
struct RunEncoder: ~Copyable {
    private var literalBits = 0
    private var table = StringTable()
    private var writer = CodeWriter()
    private var bits = 0
    /// The position of the chain of the string that the pixels since the last code match; negative when there are none.
    private var matched = -1
    /// The position of that string in its chain, from 1.
    private var length = 0

    /// Begins the data of a frame.
    ///
    /// - Parameter literalBits: The number of bits of a literal code, 2...8.
    mutating func begin(literalBits: Int) {
        self.literalBits = literalBits
        table.clear(literalBits: literalBits)
        writer = CodeWriter()
        bits = literalBits + 1
        matched = -1
        put(1 << literalBits)
    }

    /// Appends a run of pixels, at least one.
    mutating func append(_ index: UInt8, _ count: Int) {
        var left = count
        if matched < 0 { (matched, length) = (Int(index), 0) }
        while true {
            let chain = table.chain(matched)
            if chain.index == index {
                let more = min(left, Int(chain.count) &- length)
                length &+= more
                left &-= more
                guard left > 0 else { return }
                put(table.code(chain, length))
                table.extend(matched)
            } else {
                let code = table.code(chain, length)
                if let longer = table.continuation(of: code, index) {
                    (matched, length) = (longer, 0)
                    continue
                }
                put(code)
                table.begin(after: code, index)
            }
            didAdd()
            (matched, length) = (Int(index), 0)
        }
    }

    /// Returns the data after the last run.
    mutating func finish() -> [UInt8] {
        if matched >= 0 {
            put(table.code(table.chain(matched), length))
            if table.next == 1 << bits, bits < 12 { bits += 1 }
        }
        put(1 << literalBits + 1)
        writer.finish()
        return writer.bytes
    }

    @inline(__always)
    private mutating func put(_ code: Int) { writer.append(code, bits: bits) }

    /// Follows the decoder after a string has got a code.
    @inline(__always)
    private mutating func didAdd() {
        // The decoder has one string less.
        if table.next &- 1 == 1 &<< bits { bits &+= 1 }
        if table.next == StringTable.capacity { clear() }
    }

    private mutating func clear() {
        put(1 << literalBits)
        table.clear(literalBits: literalBits)
        bits = literalBits + 1
    }
}
