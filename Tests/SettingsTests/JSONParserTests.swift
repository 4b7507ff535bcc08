// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

struct JSONParserTests {
    private func parse(_ text: String) throws(JSONParser.Failure) -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    @Test func `the parser reads every kind of JSON value`() throws {
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
        ("", "unexpected end of the file: expected a value"),
        ("{", "unexpected end of the file: expected a name in quotes"),
        (#"{"a":1,}"#, #"unexpected "}": expected a name in quotes"#),
        (#"{"a":1,"a":2}"#, #"duplicate name "a""#),
        (#"{"a" 1}"#, #"unexpected "1": expected ":""#),
        ("[1 2]", #"unexpected "2": expected "," or "]""#),
        ("01", "leading zero in a number"),
        ("1.", "unexpected end of the file: expected a digit"),
        ("-", "unexpected end of the file: expected a value"),
        ("+1", #"unexpected "+": expected a value"#),
        ("tru", #"unexpected "t": expected a value"#),
        ("1 1", "unexpected text after the end of the value"),
        (#""\x""#, "unknown escape sequence"),
        (#""\ud800x""#, "unpaired surrogate"),
        (#""\udc00""#, "unpaired surrogate"),
        (#""\u12""#, "\\u must be followed by four hexadecimal digits"),
        (#""a"#, "unexpected end of the file: expected the closing quote"),
        ("\"a\tb\"", "unescaped control character in a string"),
        ("// no", #"unexpected "/": expected a value"#),
    ])
    func `the parser rejects invalid JSON with the reason`(text: String, reason: String) {
        #expect(throws: JSONParser.Failure(line: 1, reason: reason)) { try parse(text) }
    }

    @Test func `an error carries the number of its line`() {
        #expect(throws: JSONParser.Failure(line: 3, reason: #"unexpected "x": expected a value"#)) {
            try parse("{\n\"a\": 1,\n\"b\": x}")
        }
    }

    @Test func `the parser rejects deep nesting before the stack is exhausted`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONParser.Failure(line: 1, reason: "nesting is deeper than 32")) { try parse(deep) }
    }

    @Test func `the parser rejects bytes that are not UTF-8`() {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([0x22, 0xff, 0x22]) }
    }

    @Test func `printed JSON parses to the same value`() throws {
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
