// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

struct JSONParserTests {
    private func parse(_ text: String) throws(JSONParser.Failure) -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    @Test func `every kind of value is read`() throws {
        let text =
            #" {"a": [1, -2.5e3, true, false, null], "b": {"c": "é\u00e9\ud83d\ude00\n\/"}, "d": {}, "e": []} "#
        #expect(
            try parse(text)
                == .object([
                    .init(
                        "a", .array([.number("1"), .number("-2.5e3"), .bool(true), .bool(false), .null]),
                        line: 1),
                    .init("b", .object([.init("c", .string("éé😀\n/"), line: 1)]), line: 1),
                    .init("d", .object([]), line: 1), .init("e", .array([]), line: 1),
                ]))
    }

    @Test(arguments: [
        ("", "the file ends where a value is expected"),
        ("{", "the file ends where a name in quotes is expected"),
        (#"{"a":1,}"#, #""}" where a name in quotes is expected"#),
        (#"{"a":1,"a":2}"#, #""a" is given twice"#),
        (#"{"a" 1}"#, #""1" where ":" is expected"#),
        ("[1 2]", #""2" where "," or "]" is expected"#),
        ("01", "a number begins with 0"),
        ("1.", "the file ends where a digit is expected"),
        ("-", "the file ends where a value is expected"),
        ("+1", #""+" where a value is expected"#),
        ("tru", #""t" where a value is expected"#),
        ("1 1", "something follows the end of the value"),
        (#""\x""#, "unknown escape"),
        (#""\ud800x""#, "half of a surrogate pair"),
        (#""\udc00""#, "half of a surrogate pair"),
        (#""\u12""#, "\\u needs four hexadecimal digits"),
        (#""a"#, "the file ends where the closing quote is expected"),
        ("\"a\tb\"", "a control character stands in a string: write it as an escape"),
        ("// no", #""/" where a value is expected"#),
    ])
    func `what is not JSON is refused with the reason`(text: String, reason: String) {
        #expect(throws: JSONParser.Failure(line: 1, reason: reason)) { try parse(text) }
    }

    @Test func `the line of a mistake is counted`() {
        #expect(throws: JSONParser.Failure(line: 3, reason: #""x" where a value is expected"#)) {
            try parse("{\n\"a\": 1,\n\"b\": x}")
        }
    }

    @Test func `no nesting exhausts the stack`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONParser.Failure(line: 1, reason: "nested deeper than 32")) { try parse(deep) }
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([0x22, 0xff, 0x22]) }
    }

    @Test func `what is printed reads as the same value`() throws {
        let value = JSONValue.object([
            .init(
                "a",
                .object([
                    .init("list", .array([.number("8"), .number("16")])),
                    .init("text", .string("\"\\\n\u{1}")),
                ])),
            .init("empty", .object([])), .init("null", .null),
        ])
        for text in [value.compact, value.pretty()] { #expect(try parse(text).compact == value.compact) }
    }
}
