// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

struct `URLs and their encoding` {
    @Test(arguments: [
        ("http://a", "http://a/"), ("HTTPS://Example.COM:443/x", "https://example.com/x"),
        ("http://a:80/", "http://a/"), ("https://a:80/", "https://a:80/"),
        ("http://[::1]:8080/p", "http://[::1]:8080/p"), ("http://a?x=1", "http://a/?x=1"),
        ("http://a/p?b=%20&a=+&c", "http://a/p?b=%20&a=%2B&c="), ("http://a/%2F/../b", "http://a/%2F/../b"),
    ])
    func `a URL is read and rendered`(text: String, rendered: String) {
        #expect(URL(text)?.rendered == rendered)
    }

    @Test(arguments: [
        "", "a", "ftp://a/", "file:///etc/passwd", "http://", "http:///x", "http://user@a/", "http://u:p@a/",
        "http://a:0/", "http://a:65536/", "http://a:/", "http://a:+1/", "http://a/#f", "http://a b/",
        "http://[::1/", "http://[]/", "http://[x]/", "http://ä/", "http://a\\b/", "http://a\"/",
        "http://a/?x=%G0",
        "http://[::1]x/", "http://a|b/", "http://a\r\nX: 1/",
    ])
    func `what is no plain http address is refused`(text: String) {
        #expect(URL(text) == nil)
    }

    @Test func `everything but the unreserved bytes is encoded`() {
        #expect(PercentEncoding.encode("aZ09-._~") == "aZ09-._~")
        #expect(PercentEncoding.encode(" +/ü%*'") == "%20%2B%2F%C3%BC%25%2A%27")
        #expect(PercentEncoding.encode("a/b c", keepingSlash: true) == "a/b%20c")
    }

    @Test func `decoding undoes it once, and refuses nonsense`() {
        for scalar in (0...0x2ff).compactMap(Unicode.Scalar.init) {
            let text = "x\(Character(scalar))y"
            #expect(PercentEncoding.decode(PercentEncoding.encode(text)) == text)
        }
        #expect(PercentEncoding.decode("%2525") == "%25")
        #expect(PercentEncoding.decode("a+b") == "a+b")
        for bad in ["%", "%2", "%zz", "%FF", "%C3"] { #expect(PercentEncoding.decode(bad) == nil) }
    }
}
