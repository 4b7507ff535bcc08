// SPDX-License-Identifier: Apache-2.0

/// A reader of the values that a structured input consists of. An input that ends early continues with zeros.
struct InputReader {
    private var rest: ArraySlice<UInt8>

    init(_ input: [UInt8]) { rest = input[...] }

    /// True when every byte of the input has been read.
    var isAtEnd: Bool { rest.isEmpty }

    /// The bytes that have not been read.
    var remaining: [UInt8] { Array(rest) }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    /// Returns a number of one or two bytes within a range.
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        let high = range.count > 256 ? Int(byte()) << 8 : 0
        return range.lowerBound + (high + Int(byte())) % range.count
    }

    mutating func element<Element>(_ list: [Element]) -> Element { list[number(0...list.count - 1)] }

    /// Returns a text whose length is the next byte. Bytes that are not UTF-8 are replaced.
    mutating func text() -> String {
        let bytes = rest.prefix(Int(byte()) % 64)
        rest = rest.dropFirst(bytes.count)
        return String(decoding: bytes, as: UTF8.self)
    }
}
