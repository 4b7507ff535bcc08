// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import AWS

struct HTTPDateTests {
    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun Nov 06 08:49:37 1994", "Sun, 6 Nov 1994 8:49:37 UTC", "Sun, 06-Nov-1994 08:49:37 GMT",
    ])
    func `each of the three forms of HTTP is a time`(_ text: String) {
        #expect(HTTPDate.parse(text) == 784_111_777)
    }

    @Test(arguments: [
        ("1994-11-06T08:49:37.000Z", 784_111_777.0), ("1994-11-06T08:49:37Z", 784_111_777),
        ("1994-11-06T08:49:37", nil), ("1994-11-06 08:49:37Z", nil), ("1994-13-06T08:49:37Z", nil),
        ("1994-11-06T08:49:37+01Z", nil), ("", nil), ("1994-11-06T08:49:3xZ", nil),
    ])
    func `a time of the extended format is read only in UTC`(_ text: String, _ seconds: Double?) {
        #expect(HTTPDate.parseExtended(text) == seconds)
    }

    @Test(arguments: [("69", 3_155_759_999.0), ("70", 31_535_999), ("99", 946_684_799), ("00", 978_307_199)])
    func `a year of two digits is in 1970 to 2069`(_ year: String, _ seconds: Double) {
        #expect(HTTPDate.parse("Monday, 31-Dec-\(year) 23:59:59 GMT") == seconds)
    }

    @Test(arguments: [
        "", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Abc 1994 08:49:37 GMT",
        "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 94 GMT 1",
        "Sun, 06 Nov 99999999999999999999 08:49:37 GMT", "Sun Nov  6 24:49:37 1994", "784111777",
        "1994-11-06T08:49:37Z",
    ])
    func `a text in another form is not a time`(_ text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    @Test func `the basic format of ISO 8601 is a time of 16 characters`() {
        #expect(HTTPDate.parseBasic("19941106T084937Z") == 784_111_777)
        for text in [
            "19941106T084937", "19941106 084937Z", "1994110+T084937Z", "19941306T084937Z", "Ä941106T08493Z",
        ] {
            #expect(HTTPDate.parseBasic(text) == nil, "\(text)")
        }
    }
}
