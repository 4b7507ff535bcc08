// SPDX-License-Identifier: Apache-2.0

import Scripted
import Testing

@testable import PNGEncoder

/// The parts of the deflate encoder are compared with plain computations.
@Suite struct DeflateTests {
    @Test func `every length and distance has the symbol whose range contains it`() {
        // RFC 1951, 3.2.5: the base of each symbol follows from the number of extra bits of those before.
        var base = 3
        for symbol in 257..<285 {
            let bits = symbol < 261 ? 0 : (symbol - 261) / 4
            for extra in 0..<1 << bits where base + extra < 258 {
                let code = DeflateAlphabet.length(base + extra)
                #expect(code.symbol == symbol && code.extraBits == bits && code.extra == extra)
            }
            base += 1 << bits
        }
        #expect(DeflateAlphabet.length(258).symbol == 285)
        base = 1
        for symbol in 0..<30 {
            let bits = symbol < 2 ? 0 : symbol / 2 - 1
            for extra in [0, (1 << bits) / 2, (1 << bits) - 1] {
                let code = DeflateAlphabet.distance(base + extra)
                #expect(code.symbol == symbol && code.extraBits == bits && code.extra == extra)
            }
            base += 1 << bits
        }
        #expect(base == 32_769)
    }

    @Test func `a long match is split into lengths of the format`() {
        for length in 3...2000 {
            let parts = DeflateAlphabet.split(length)
            #expect(parts.longest * 258 + parts.last + parts.secondLast == length)
            for part in [parts.last, parts.secondLast] { #expect(part == 0 || (3...258).contains(part)) }
        }
    }

    @Test(arguments: [7, 15])
    func `a prefix code is complete, short enough and close to the entropy`(longest: Int) {
        var random = SplitMix(seed: UInt64(longest))
        for _ in 0..<300 {
            let count = Int.random(in: 2...(longest == 7 ? 19 : 286), using: &random)
            let skew = Int.random(in: 1...24, using: &random)
            var frequencies = (0..<count).map { _ in
                UInt32.random(in: 0...(1 << UInt32(Int.random(in: 0...skew, using: &random))), using: &random)
            }
            (frequencies[0], frequencies[1]) = (1, 1)
            let code = PrefixCode(frequencies: frequencies, longest: longest)
            let space = code.lengths.reduce(0) { $0 + ($1 > 0 ? 1 << (longest - Int($1)) : 0) }
            #expect(space == 1 << longest)
            #expect(zip(frequencies, code.lengths).allSatisfy { ($0 > 0) == ($1 > 0) && $1 <= longest })
            let bits = zip(frequencies, code.lengths).reduce(0) { $0 + Int($1.0) * Int($1.1) }
            let total = frequencies.reduce(0) { $0 + Int($1) }
            if longest == 15 { #expect(bits <= Logarithm.entropy(frequencies) + total) }
        }
    }

    @Test func `the checksum of repeated units is that of their bytes`() {
        var random = SplitMix(seed: 3)
        for _ in 0..<300 {
            var sum = Adler32()
            var (a, b) = (1, 0)
            for _ in 0..<4 {
                let unit = UInt32.random(in: 0...UInt32.max, using: &random)
                let bytes = Int.random(in: 1...4, using: &random)
                let times = Int.random(in: 0...3000, using: &random)
                sum.append(unit, bytes: bytes, times: times)
                for _ in 0..<times {
                    for index in 0..<bytes {
                        a = (a + Int(unit >> UInt32(8 * index) & 0xFF)) % 65521
                        b = (b + a) % 65521
                    }
                }
            }
            #expect(sum.value == UInt32(b << 16 | a))
        }
    }
}
