// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

struct ETagTests {
    @Test(arguments: [
        ("\"d41d8cd9\"", "d41d8cd9"), ("d41d8cd9", "d41d8cd9"), ("\"a-2\"", "a-2"), ("\"a\"", "a"),
        ("a", "a"),
        ("", ""), ("\"\"", ""), ("\"", "\""), ("\"a", "\"a"), ("a\"", "a\""), ("W/\"a\"", "W/\"a\""),
        ("\"a\"b\"", "a\"b"), ("*", "*"),
    ])
    func `one pair of quotation marks is removed`(tag: String, unquoted: String) {
        #expect(ETag.unquoted(tag) == unquoted)
        #expect(ETag.unquoted(tag[...]) == unquoted)
    }

    @Test(arguments: [
        ("d41d8cd9", "\"d41d8cd9\""), ("\"d41d8cd9\"", "\"d41d8cd9\""), ("W/\"a\"", "W/\"a\""), ("*", "*"),
        ("", "\"\""),
    ])
    func `a tag is quoted unless it is quoted, weak or a wildcard`(tag: String, quoted: String) {
        #expect(ETag.quoted(tag) == quoted)
    }

    @Test(arguments: ["a", "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e-12", ""])
    func `quoting and unquoting a tag returns the tag`(tag: String) {
        #expect(ETag.unquoted(ETag.quoted(tag)) == tag)
    }
}
