// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

struct HexTests {
    @Test func `bytes become lower-case digits`() {
        #expect(Hex.encode([]) == "")
        #expect(Hex.encode([0, 1, 0x0a, 0x9f, 0xff]) == "00010a9fff")
    }

    @Test func `each byte has two digits whose values make the byte`() throws {
        for byte in UInt8.min...UInt8.max {
            let digits = Array(Hex.encode([byte]).utf8)
            try #require(digits.count == 2)
            let high = try #require(Hex.value(ofDigit: digits[0]))
            let low = try #require(Hex.value(ofDigit: digits[1]))
            #expect(high << 4 | low == byte)
        }
    }

    @Test func `digits of both cases and no other bytes have a value`() {
        for byte in UInt8.min...UInt8.max {
            let scalar = Character(Unicode.Scalar(byte))
            let expected = byte < 0x80 ? scalar.hexDigitValue.map { UInt8($0) } : nil
            #expect(Hex.value(ofDigit: byte) == expected)
        }
    }
}
