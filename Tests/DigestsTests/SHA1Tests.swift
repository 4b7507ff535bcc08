// SPDX-License-Identifier: Apache-2.0

import Digests
import Support
import Testing

struct SHA1Tests {
    @Test func `the SHA-1 digest of abc equals the value of FIPS 180-4`() {
        #expect(
            SHA1.digest(Array("abc".utf8)).map(Hex.encode) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    }
}
