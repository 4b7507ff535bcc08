// SPDX-License-Identifier: Apache-2.0

import CPixels
import JPEGEncoder
import Scripted
import Testing

/// `BitString` and `EntropyCodedSegment` are compared with bits that are appended one by one.
@Suite struct GridWriterBitsTests {
    /// A string of bits that are appended one by one.
    private struct Plain {
        var bits: [Bool] = []

        mutating func append(_ value: UInt64, count: Int) {
            for place in (0..<count).reversed() { bits.append(value >> UInt64(place) & 1 == 1) }
        }

        /// The bytes of the bits by ITU-T T.81, F.1.2.3: 1-bits complete the last byte, and a zero byte follows each
        /// 0xFF.
        var bytes: [UInt8] {
            let padded = bits + [Bool](repeating: true, count: (8 - bits.count % 8) % 8)
            return stride(from: 0, to: padded.count, by: 8).flatMap { start -> [UInt8] in
                let byte = padded[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
                return byte == 0xFF ? [0xFF, 0] : [byte]
            }
        }
    }

    /// Returns 1 to 63 random bits in the lowest places, and their number. For kind 0 all bits are random, for kind 1
    /// most bits are 1, and for kind 2 all are 1, so that a byte of 0xFF is rare, frequent or certain.
    private func bits(_ kind: Int, using generator: inout SplitMix) -> (bits: UInt64, count: Int) {
        let count = Int.random(in: 1...63, using: &generator)
        let ones = (UInt64(1) << UInt64(count)) - 1
        let any = UInt64.random(in: 0...UInt64.max, using: &generator)
        switch kind {
        case 0: return (any & ones, count)
        case 1: return ((any | UInt64.random(in: 0...UInt64.max, using: &generator) | any << 7) & ones, count)
        default: return (ones, count)
        }
    }

    private func append(_ value: UInt64, count: Int, to bits: inout BitString) {
        bits.reserve(1)
        let free = 64 - bits.pendingCount
        guard count >= free else {
            bits.bits.pending = bits.pending << UInt64(count) | value
            bits.bits.pending_count += UInt64(count)
            return
        }
        bits.bits.end.pointee = bits.pending << UInt64(free) | value >> UInt64(count - free)
        bits.bits.end += 1
        bits.bits.pending = value
        bits.bits.pending_count = UInt64(count - free)
    }

    private func bytes(_ scan: consuming EntropyCodedSegment) -> [UInt8] {
        var file: [UInt8] = []
        scan.finish()
        scan.append(to: &file)
        return file
    }

    @Test(arguments: 0..<3)
    func `bits appended in groups become the bytes of bits put one by one`(kind: Int) {
        var generator = SplitMix(seed: UInt64(kind))
        for _ in 0..<300 {
            var plain = Plain()
            // The capacity is exceeded at times.
            var scan = EntropyCodedSegment(capacity: Int.random(in: 1...4096, using: &generator))
            var bits = BitString()
            for _ in 0..<Int.random(in: 0...200, using: &generator) {
                let (value, count) = self.bits(kind, using: &generator)
                append(value, count: count, to: &bits)
                plain.append(value, count: count)
                guard Int.random(in: 0..<20, using: &generator) == 0 else { continue }
                scan.append(bits)
                bits.removeAll()
            }
            scan.append(bits)
            let written = bytes(scan)
            #expect(written == plain.bytes)
        }
    }
}
