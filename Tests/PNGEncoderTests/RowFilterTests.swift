// SPDX-License-Identifier: Apache-2.0

import Scripted
import Testing

@testable import PNGEncoder

/// The filters, which take the bytes of a unit at once, are compared with the formulas for single bytes.
@Suite struct RowFilterTests {
    /// Returns a filtered byte (PNG, third edition, 9.2 and 9.4).
    private static func plain(_ filter: RowFilter, _ x: Int, a: Int, b: Int, c: Int) -> Int {
        switch filter {
        case .none: return x
        case .sub: return (x - a + 256) % 256
        case .up: return (x - b + 256) % 256
        case .average: return (x - (a + b) / 2 + 256) % 256
        case .paeth:
            let estimate = a + b - c
            let (pa, pb, pc) = (abs(estimate - a), abs(estimate - b), abs(estimate - c))
            let nearest = pa <= pb && pa <= pc ? a : pb <= pc ? b : c
            return (x - nearest + 256) % 256
        }
    }

    /// Returns a unit whose bytes are equal, extreme or any.
    private static func unit(_ random: inout SplitMix) -> UInt32 {
        let extremes: [UInt32] = [0, 1, 0x7F, 0x80, 0x81, 0xFE, 0xFF]
        return (0..<4).reduce(0) { unit, _ in
            let byte = extremes.randomElement(using: &random) ?? 0
            return unit << 8 | (Bool.random(using: &random) ? byte : .random(in: 0...255, using: &random))
        }
    }

    @Test(arguments: RowFilter.allCases)
    func `a filter changes each byte of a unit as the standard says`(_ filter: RowFilter) {
        var random = SplitMix(seed: UInt64(filter.rawValue))
        for _ in 0..<1000 {
            let (unit, left) = (Self.unit(&random), Self.unit(&random))
            // Equal neighbours are ties of the Paeth filter.
            let up = Int.random(in: 0..<4, using: &random) == 0 ? left : Self.unit(&random)
            let upLeft = Int.random(in: 0..<4, using: &random) == 0 ? up : Self.unit(&random)
            let filtered = filter.apply(unit, left: left, up: up, upLeft: upLeft)
            func byte(_ unit: UInt32, _ index: Int) -> Int { Int(unit >> UInt32(8 * index) & 0xFF) }
            let expected = (0..<4).map { index in
                Self.plain(
                    filter, byte(unit, index), a: byte(left, index), b: byte(up, index),
                    c: byte(upLeft, index))
            }
            let isSame = (0..<4).allSatisfy { byte(filtered, $0) == expected[$0] }
            guard isSame else {
                Issue.record("\(filter) of \(unit), left \(left), up \(up), up left \(upLeft): \(filtered)")
                return
            }
        }
    }
}
