// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

struct URLTests {
    @Test(arguments: [
        ("http://a", "http://a/"), ("HTTPS://Example.COM:443/x", "https://example.com/x"),
        ("http://a:80/", "http://a/"), ("https://a:80/", "https://a:80/"),
        ("http://[::1]:8080/p", "http://[::1]:8080/p"), ("http://a?x=1", "http://a/?x=1"),
        ("http://a/p?b=%20&a=+&c", "http://a/p?b=%20&a=%2B&c="), ("http://a/%2F/../b", "http://a/%2F/../b"),
    ])
    func `a URL is parsed and rendered`(text: String, rendered: String) {
        #expect(URL(text)?.rendered == rendered)
    }

    @Test(arguments: [
        "", "a", "ftp://a/", "file:///etc/passwd", "http://", "http:///x", "http://user@a/", "http://u:p@a/",
        "http://a:0/", "http://a:65536/", "http://a:/", "http://a:+1/", "http://a/#f", "http://a b/",
        "http://[::1/", "http://[]/", "http://[x]/", "http://ä/", "http://a\\b/", "http://a\"/",
        "http://a/?x=%G0", "http://[::1]x/", "http://a|b/", "http://a\r\nX: 1/",
    ])
    func `a text that is not a plain http or https URL is refused`(text: String) {
        #expect(URL(text) == nil)
    }
}
