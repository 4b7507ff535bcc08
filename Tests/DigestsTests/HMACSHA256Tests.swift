// SPDX-License-Identifier: Apache-2.0

import Digests
import Support
import Testing

struct HMACSHA256Tests {
    @Test func `HMAC-SHA-256 codes equal the values of RFC 4231`() {
        #expect(
            Hex.encode(HMACSHA256.authenticate("what do ya want for nothing?", key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        // Test case 6, with a key longer than a block.
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
}
