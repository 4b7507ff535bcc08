// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

struct HeadersTests {
    @Test func `header names are compared without regard to case`() {
        var headers: Headers = ["ETag": "1", "X-A": "2"]
        #expect(headers["etag"] == "1")
        headers["ETAG"] = "3"
        #expect(headers.fields.map(\.name) == ["ETag", "X-A"])
        #expect(headers["ETag"] == "3")
        headers["x-a"] = nil
        #expect(headers["X-A"] == nil)
        #expect(headers["X"] == nil)
    }

    @Test func `adding a header keeps its other values, and setting it replaces them`() {
        var headers = Headers()
        headers.add("Via", "a")
        headers.add("X", "x")
        headers.add("via", "b")
        #expect(headers.values(of: "VIA") == ["a", "b"])
        #expect(headers["Via"] == "a")
        headers["Via"] = "c"
        #expect(headers.values(of: "via") == ["c"])
        #expect(headers.fields.map(\.name) == ["Via", "X"])
    }

    @Test(arguments: [
        ("X-A\r\nX-B", "1"), ("X-A", "1\r\nX-B: 2"), ("X-A", "1\n"), ("X-A", "1\r"), ("X-A", "\0"), ("", "1"),
        ("X A", "1"), ("X:A", "1"), ("Ü", "1"),
    ])
    func `a header that could begin another one is a problem`(field: (String, String)) {
        var headers = Headers()
        headers.add("Fine", "ü \t!")
        #expect(headers.problem == nil)
        headers.add(field.0, field.1)
        let problem = headers.problem
        #expect(problem != nil)
        #expect(problem?.contains("X-B: 2") == false, "a value is never part of the text")
    }
}
