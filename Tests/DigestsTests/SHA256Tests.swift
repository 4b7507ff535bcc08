// SPDX-License-Identifier: Apache-2.0

import Digests
import Support
import Testing

struct SHA256Tests {
    @Test func `SHA-256 digests equal the values of FIPS 180-4`() {
        #expect(
            Hex.encode(SHA256.digest("abc"))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Hex.encode(SHA256.digest(""))
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }
}
