// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

struct PercentDecodingTests {
    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("a%20b", "a b"), ("%41%5a%7E", "AZ~"), ("%c3%BC", "ü"), ("ü", "ü"),
        ("%2525", "%25"), ("a+b", "a+b"), ("%00", "\0"), ("%E2%82%AC%F0%9F%98%80", "€😀"),
    ])
    func `percent-encoded bytes are decoded once`(text: String, decoded: String) {
        #expect(text.percentDecoded() == decoded)
        #expect(text[...].percentDecoded() == decoded)
    }

    @Test func `a plus sign is a space in form encoding only`() {
        #expect("a+b%2Bc".percentDecoded(plusIsSpace: true) == "a b+c")
        #expect("a+b%2Bc".percentDecoded() == "a+b+c")
        #expect("%2520+".percentDecoded(plusIsSpace: true) == "%20 ")
    }

    @Test(arguments: [
        "%", "a%", "%2", "a%2", "%zz", "%2g", "%g2", "%%20", "% 20", "%+1", "%-1", "%0x", "%ü",
    ])
    func `a malformed escape is refused`(text: String) {
        #expect(text.percentDecoded() == nil)
        #expect(text.percentDecoded(plusIsSpace: true) == nil)
    }

    /// A stray continuation byte, a cut sequence, an overlong form, a surrogate and a value above U+10FFFF.
    @Test(arguments: ["%FF", "%80", "%C3", "%C3a", "%C0%AF", "%ED%A0%80", "%F4%90%80%80"])
    func `bytes that are not UTF-8 are refused`(text: String) {
        #expect(text.percentDecoded() == nil)
    }
}
