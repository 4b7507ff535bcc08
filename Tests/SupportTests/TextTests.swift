// SPDX-License-Identifier: Apache-2.0

import Foundation
import Support
import Testing

struct TextTests {
    @Test func `control characters and no other ones become question marks`() throws {
        for scalar in (0...0x2fff).compactMap(Unicode.Scalar.init) {
            var text = "a"
            text.unicodeScalars.append(scalar)
            let isControl = scalar.properties.generalCategory == .control
            var expected = "a"
            expected.unicodeScalars.append(isControl ? "?" : scalar)
            try #require(
                Array(text.withoutControlCharacters.unicodeScalars) == Array(expected.unicodeScalars))
        }
    }

    @Test func `each control character of a line break is replaced`() {
        #expect("a\r\nb\u{1b}[31m\u{7f}\u{85}\u{9b}".withoutControlCharacters == "a??b?[31m???")
        #expect("photos/ü 😀.jpg"[...].withoutControlCharacters == "photos/ü 😀.jpg")
        #expect("".withoutControlCharacters == "")
    }

    @Test(arguments: [
        ("", "", 0), ("", "abc", 3), ("region", "regoin", 2), ("kitten", "sitting", 3), ("ü", "u", 2),
    ])
    func `the edit distance counts insertions, deletions and substitutions of bytes`(
        a: String, b: String, distance: Int
    ) {
        #expect(a.editDistance(to: b) == distance)
        #expect(b.editDistance(to: a) == distance)
    }

    @Test func `a JSON string escapes what RFC 8259 requires, and what changes lines or terminals`() {
        #expect("".jsonString == "\"\"")
        #expect("a\"b\\c/".jsonString == "\"a\\\"b\\\\c/\"")
        #expect("\n\r\t\0\u{1f}\u{7f}".jsonString == "\"\\n\\r\\t\\u0000\\u001f\\u007f\"")
        #expect("\u{2028}\u{2029}\u{85}ü😀".jsonString == "\"\\u2028\\u2029\\u0085ü😀\"")
        #expect("\u{9b}31m\u{202e}\u{2066}\u{61c}".jsonString == "\"\\u009b31m\\u202e\\u2066\\u061c\"")
    }

    @Test func `a JSON parser reads the text back from every JSON string`() throws {
        func parsed(_ json: String) throws -> String {
            try JSONDecoder().decode([String].self, from: Data("[\(json)]".utf8))[0]
        }
        for scalar in (0...0xffff).compactMap(Unicode.Scalar.init) {
            var text = "<"
            text.unicodeScalars.append(scalar)
            let back = try parsed(text.jsonString)
            try #require(Array(back.unicodeScalars) == Array(text.unicodeScalars), "U+\(scalar.value)")
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let scalars = (0..<40).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...(Bool.random() ? 0x7f : 0x10ffff), using: &random))
            }
            let text = String(String.UnicodeScalarView(scalars))
            try #require(Array(parsed(text.jsonString).unicodeScalars) == scalars)
        }
    }

    @Test func `a JSON string is one line of printable ASCII for a text of ASCII`() {
        let text = String(String.UnicodeScalarView((0..<0x80).compactMap(Unicode.Scalar.init)))
        #expect(text.jsonString.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
    }
}
