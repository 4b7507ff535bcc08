// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing

@Suite struct LocalPathTests {
    @Test(arguments: [
        ("a/b.jpg", "b.jpg", "a"), ("b.jpg", "b.jpg", nil), ("/b.jpg", "b.jpg", nil), ("a//b/", "b", "a/"),
        ("/", "", nil), ("", "", nil), ("./-x", "-x", "."),
    ])
    func `a path has a last component and a parent`(path: String, name: String, parent: String?) {
        #expect(String(decoding: LocalPath(path).lastComponent, as: UTF8.self) == name)
        #expect(LocalPath(path).parent == parent.map { LocalPath($0) })
    }

    @Test func `the text of a path is one line, with other bytes in hexadecimal`() {
        #expect(LocalPath("ü/\u{65E5}.jpg").description == "ü/\u{65E5}.jpg")
        let bytes: [UInt8] = [0x61, 0xE9, 0x1B, 0x0A, 0xC3, 0xBC, 0xC3]
        #expect(LocalPath(bytes: bytes).description == #"a\xe9\x1b\x0aü\xc3"#)
        #expect(LocalPath(bytes: [0x61, 0, 0x62]).bytes == [0x61])
    }
}
