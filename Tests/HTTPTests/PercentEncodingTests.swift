// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support
import Testing

struct PercentEncodingTests {
    @Test func `all bytes but the unreserved ones are encoded`() {
        #expect(PercentEncoding.encode("aZ09-._~") == "aZ09-._~")
        #expect(PercentEncoding.encode(" +/ü%*'") == "%20%2B%2F%C3%BC%25%2A%27")
        #expect(PercentEncoding.encode("a/b c", keepingSlash: true) == "a/b%20c")
    }

    @Test func `decoding returns the text that was encoded`() {
        for scalar in (0...0x2ff).compactMap(Unicode.Scalar.init) {
            let text = "x\(Character(scalar))y"
            #expect(PercentEncoding.encode(text).percentDecoded() == text)
        }
    }
}
