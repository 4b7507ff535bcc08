// SPDX-License-Identifier: Apache-2.0

/// The codes of the compressed pixels of a frame of a GIF file (GIF89a specification, appendix F), of which the pixels
/// are counted and not made.
struct GIFImageData {
    /// The indices of colours that the pixels have.
    private(set) var used = [Bool](repeating: false, count: 256)
    /// The number of pixels.
    private(set) var pixels = 0
    /// The offset behind the sub-blocks and their terminator; nil if the file ends before it.
    private(set) var end: Int?
    /// The offset of the first byte with data behind the end code; nil if there is none.
    private(set) var tail: Int?
    /// True when the codes have an end.
    private(set) var isComplete = false

    private var width: Int
    private let clear: Int
    private var next: Int
    /// The number of pixels of each code.
    private var lengths = [Int](repeating: 1, count: 4096)
    private var previous: Int?

    /// Reads the data of a frame from the byte with the number of bits of an index.
    init(_ bytes: [UInt8], at start: Int) {
        let bits = start < bytes.count ? Int(bytes[start]) : 0
        (width, clear, next) = (bits + 1, 1 << min(bits, 12), 1 << min(bits, 12) + 2)
        guard (1...8).contains(bits) else { return }
        next = clear + 2
        var at = start + 1
        var buffer = 0
        var count = 0
        while at < bytes.count, bytes[at] > 0 {
            let block = at + 1..<min(at + 1 + Int(bytes[at]), bytes.count)
            for index in block {
                if isComplete {
                    tail = tail ?? index
                    continue
                }
                buffer |= Int(bytes[index]) << count
                count += 8
                while count >= width, !isComplete {
                    let code = buffer & (1 << width - 1)
                    buffer >>= width
                    count -= width
                    guard take(code) else { return }
                }
                // The bits behind the end code are 0.
                if isComplete, buffer != 0 { tail = index }
            }
            at = block.upperBound
        }
        end = at < bytes.count ? at + 1 : nil
    }

    /// Counts the pixels of a code; false if no code has its number.
    private mutating func take(_ code: Int) -> Bool {
        if code == clear {
            (width, next, previous) = (clear.trailingZeroBitCount + 1, clear + 2, nil)
            return true
        }
        if code == clear + 1 {
            isComplete = true
            return true
        }
        guard code < next || (code == next && previous != nil) else { return false }
        if code < clear { used[code] = true }
        if let previous, next < 4096 {
            lengths[next] = lengths[previous] + 1
            next += 1
            if next == 1 << width, width < 12 { width += 1 }
        }
        pixels += lengths[code]
        previous = code
        return true
    }
}
