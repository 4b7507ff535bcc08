// SPDX-License-Identifier: Apache-2.0

import Digests
import Support
import Testing

@Suite struct `Digests of known texts` {
    static let digits = Array("123456789".utf8)

    @Test func `SHA-256 has the values of FIPS 180-4`() {
        #expect(
            Hex.encode(SHA256.digest("abc"))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Hex.encode(SHA256.digest(""))
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func `MD5 has the values of RFC 1321`() {
        #expect(MD5.digest([]).map(Hex.encode) == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(
            MD5.digest(Array("message digest".utf8)).map(Hex.encode) == "f96b697d7cb7938d525a2f31aaf161d0")
    }

    @Test func `SHA-1 has the value of FIPS 180-4`() {
        #expect(
            SHA1.digest(Array("abc".utf8)).map(Hex.encode) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    }

    @Test func `HMAC-SHA-256 has the values of RFC 4231`() {
        #expect(
            Hex.encode(HMACSHA256.authenticate("what do ya want for nothing?", key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        // Test case 6: a key longer than one block is hashed first.
        #expect(
            Hex.encode(
                HMACSHA256.authenticate(
                    "Test Using Larger Than Block-Size Key - Hash Key First",
                    key: [UInt8](repeating: 0xAA, count: 131)))
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test func `an empty key and an empty text are allowed`() {
        #expect(
            Hex.encode(HMACSHA256.authenticate([], key: []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func `the CRCs have the check values of their catalogue`() {
        // The check value of a CRC is that of "123456789" (reveng.sourceforge.io, CRC catalogue).
        #expect(CRC.crc32(Self.digits) == 0xCBF4_3926)
        #expect(CRC.crc32c(Self.digits) == 0xE306_9283)
        #expect(CRC.crc64NVMe(Self.digits) == 0xAE8B_1486_0A79_9888)
    }

    @Test func `RFC 3720 gives CRC-32C of 32 bytes`() {
        #expect(CRC.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC.crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC.crc32c(Array(0..<32)) == 0x46DD_794E)
    }

    @Test func `eight bytes at a time gives what one byte at a time gives, at every length`() {
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
        let bytes = (0..<67).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        for count in 0...bytes.count {
            let part = Array(bytes.prefix(count))
            #expect(CRC.crc32(part) == slow(part, 0xEDB8_8320 as UInt32))
            #expect(CRC.crc32c(part) == slow(part, 0x82F6_3B78 as UInt32))
            #expect(CRC.crc64NVMe(part) == slow(part, 0x9A6C_9329_AC4B_C9B5 as UInt64))
        }
    }

    @Test func `hexadecimal digits are lower case and keep leading zeros`() {
        #expect(Hex.encode([0x00, 0x0F, 0xAB]) == "000fab")
    }
}
