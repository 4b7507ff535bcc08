// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pixelation
import Testing

/// The recognition of formats by the first bytes of a file is tested.
@Suite struct SourceFormatTests {
    private func format(_ file: [UInt8]) -> SourceFormat? { SourceFormat(file.span) }

    @Test(
        arguments: [
            "<svg/>", "<svg>", "<svg xmlns=\"http://www.w3.org/2000/svg\">", "<svg\n", "\n  <svg >",
            "<svg:svg >",
            "<?xml version=\"1.0\"?><svg/>",
            "<?xml version=\"1.0\"?>\n<!-- drawn by a > program -->\r\n<svg >",
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/svg11.dtd\"><svg >",
            "<!DOCTYPE svg [ <!ENTITY a \"]>\"> ]>\n<svg >", "<!-- a --><!-- b --><?style x?><svg />",
            "<!DOCTYPE svg [ <!-- don't ]> --> ]><svg/>", "<!DOCTYPE svg [ <?a it's ]> \"?> ]><svg/>",
            "<!DOCTYPE svg [ <!-- a --><!-- ' --><!ENTITY a '<!--'> ]><svg/>",
            "<!DOCTYPE svg SYSTEM '<!--' [ ] ><svg/>",
        ])
    func `a document whose root element is svg is SVG`(_ text: String) {
        let utf8 = Array(text.utf8)
        #expect(format(utf8) == .svg)
        #expect(format([0xEF, 0xBB, 0xBF] + utf8) == .svg)
        let little = utf8.flatMap { [$0, 0] as [UInt8] }
        let big = utf8.flatMap { [0, $0] as [UInt8] }
        #expect(format([0xFF, 0xFE] + little) == .svg && format([0xFE, 0xFF] + big) == .svg)
        #expect(format(little) == .svg && format(big) == .svg)
    }

    @Test(
        arguments: [
            "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code></Error>", "<html><svg></html>", "<svgs>",
            "<s", "<svg",
            "<!DOCTYPE html><html>", "<?xml", "<!-- <svg> ", "<!DOCTYPE svg [ <svg>",
            "<!DOCTYPE svg [ <!-- ]><svg/>",
            "<!DOCTYPE html [ <!-- ]><svg/> --> ]><html/>", "<!DOCTYPE svg [ <?a ]><svg/>", "<!DOCTYPE svg",
            "svg",
            "<", "",
            "<>", "<!-- -->", "{\"svg\": 1}",
        ])
    func `another document is no picture`(_ text: String) {
        #expect(format(Array(text.utf8)) == nil)
        #expect(format([0xEF, 0xBB, 0xBF] + Array(text.utf8)) == nil)
        #expect(format([0xFF, 0xFE] + text.utf8.flatMap { [$0, 0] as [UInt8] }) == nil)
    }

    @Test func `a root element behind 64 KiB is not searched`() {
        let comment = Array("<!--".utf8) + [UInt8](repeating: 0x2D, count: 1 << 16) + Array("--><svg >".utf8)
        #expect(format(comment) == nil)
    }

    @Test func `the codestreams of other JPEG standards have names`() {
        #expect(format([0xFF, 0x4F, 0xFF, 0x51]) == .jpeg2000)
        #expect(format([0xFF, 0x0A, 1, 2]) == .jpegXL)
        #expect(format([0x49, 0x49, 0xBC, 0x01]) == .jpegXR)
        #expect(format([0xFF, 0xD8, 0xFF, 0xF7]) == .jpeg)
    }
}
