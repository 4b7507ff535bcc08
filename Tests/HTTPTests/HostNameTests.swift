// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

struct HostNameTests {
    @Test(arguments: [
        ("127.1", "127.0.0.1"), ("0x7f.1", "127.0.0.1"), ("0177.0.0.01", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("1.2.3", "1.2.0.3"), ("1.0X10", "1.0.0.16"), ("4294967295", "255.255.255.255"), ("0", "0.0.0.0"),
        ("S3.Example.COM", "s3.example.com"), ("s3.example.com.", "s3.example.com."),
        ("[0:0:0:0:0:0:0:1]", "[::1]"), ("[::0001]", "[::1]"), ("[2001:DB8:0:0:1::]", "[2001:db8:0:0:1::]"),
    ])
    func `a host has one form`(_ host: String, _ canonical: String) throws {
        #expect(URL("http://\(host):9000")?.authority == "\(canonical):9000")
        #expect(URL("http://\(host):80/x")?.authority == canonical)
        #expect(URL(.https, host: host, port: 443).authority == canonical)
    }

    @Test(arguments: [
        "256.1", "4294967296", "1.2.3.4.5", "1..2", "08.1", "0x.1", "127.1.", "1.2.3.256", "a.1", "0x",
    ])
    func `a name that only resembles an address is a name`(_ host: String) {
        #expect(URL("http://\(host)")?.host == host)
    }

    @Test(arguments: [
        "[::1", "[1::2::3]", "[abc]", "[12345::]", "[fe80::1%25lo]", "[]", "[:]", "bücher.example",
        "b%C3%BC.example",
    ])
    func `an invalid address, a zone and a name outside ASCII are refused`(_ host: String) {
        #expect(URL("http://\(host)/") == nil)
    }
}
