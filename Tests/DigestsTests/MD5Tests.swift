// SPDX-License-Identifier: Apache-2.0

import Digests
import Support
import Testing

struct MD5Tests {
    @Test func `MD5 digests equal the values of RFC 1321`() {
        #expect(MD5.digest([]).map(Hex.encode) == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(
            MD5.digest(Array("message digest".utf8)).map(Hex.encode) == "f96b697d7cb7938d525a2f31aaf161d0")
    }
}
