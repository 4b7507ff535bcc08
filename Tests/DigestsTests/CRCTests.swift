// SPDX-License-Identifier: Apache-2.0

import Digests
import Testing

struct CRCTests {
    @Test func `each CRC has its check value`() {
        // The check value is the CRC of "123456789" (reveng.sourceforge.io, CRC catalogue).
        let digits = Array("123456789".utf8)
        #expect(CRC.crc32(digits) == 0xCBF4_3926)
        #expect(CRC.crc32c(digits) == 0xE306_9283)
        #expect(CRC.crc64NVMe(digits) == 0xAE8B_1486_0A79_9888)
    }

    @Test func `CRC-32C of 32 bytes equals the values of RFC 3720`() {
        #expect(CRC.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC.crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC.crc32c(Array(0..<32)) == 0x46DD_794E)
    }

    @Test func `CRCs equal CRCs bit by bit at every length from 0 to 400, by folding and by tables`() {
        func slow<Word: FixedWidthInteger>(_ bytes: [UInt8], _ polynomial: Word) -> Word {
            var word = ~Word(0)
            for byte in bytes {
                word ^= Word(truncatingIfNeeded: byte)
                for _ in 0..<8 {
                    let low = word & 1
                    word = (word >> 1) & Word.max ^ (low == 1 ? polynomial : 0)
                }
            }
            return ~word
        }
        var state: UInt32 = 1
        let bytes = (0..<400).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        for count in 0...bytes.count {
            let part = Array(bytes.prefix(count))
            #expect(CRC.crc32(part) == slow(part, 0xEDB8_8320 as UInt32))
            #expect(CRC.crc32c(part) == slow(part, 0x82F6_3B78 as UInt32))
            #expect(CRC.crc64NVMe(part) == slow(part, 0x9A6C_9329_AC4B_C9B5 as UInt64))
            let portable = CRC.portable(part)
            #expect(portable == (CRC.crc32(part), CRC.crc32c(part), CRC.crc64NVMe(part)))
        }
    }

    @Test func `CRCs of long messages are the same by folding and by tables`() {
        for count in [1 << 20, (1 << 20) + 63, 3_000_001] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
            let portable = CRC.portable(bytes)
            #expect(portable == (CRC.crc32(bytes), CRC.crc32c(bytes), CRC.crc64NVMe(bytes)))
        }
    }
}
