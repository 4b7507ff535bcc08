// SPDX-License-Identifier: Apache-2.0

import CPlainPNG
import Foundation
import LocalPictures
import Pixelation
import Settings
import Support
import Testing

@Suite struct ContactSheetTests {
    /// Pixelates a folder, writes its sheet, and returns the page.
    private func page(_ folder: TestFolder, previews: Int = 10, sizes: [Int] = [8, 16]) throws -> String {
        let selection = folder.select("in")
        let batch = try folder.batch(previews: previews) { $0.sizes = sizes }
        var sheet = ContactSheet()
        for failure in selection.failures { sheet.add(failure) }
        for (index, picture) in selection.pictures.enumerated().reversed() {
            sheet.add(picture, batch.pixelate(picture), index: index)
        }
        let path = try sheet.write(to: folder.path("out"), naming: Naming(), summary: "a & b")
        #expect(path == folder.path("out/pixelated-contact-sheet.html"))
        return String(decoding: try LocalFile.read(path, limit: 1 << 24), as: UTF8.self)
    }

    @Test func `the page shows all outputs in small, in the order of the files, and links them`() throws {
        let folder = try TestFolder()
        try folder.write("in/b.jpg", "in/a/<i>&\"100%?#.jpg", "in/c:d.jpg")
        try folder.write("in/cut.jpg", content: Array(TestFolder.picture.prefix(300)))
        let page = try page(folder)
        let names = page.matches(of: /<h2><bdi>(.*?)<\/bdi>/).map { String($0.1) }
        #expect(names == ["a/&lt;i&gt;&amp;&quot;100%?#.jpg", "b.jpg", "c:d.jpg"])
        #expect(page.contains("<p>a &amp; b · "))
        #expect(page.contains("/in/cut.jpg: truncated: "))
        let links = page.matches(of: /href="([^"]*)"/).map { String($0.1) }
        for link in links {
            let url = try #require(URL(string: link, relativeTo: folder.url.appending(path: "out/")))
            #expect(FileManager.default.fileExists(atPath: url.path), "\(link)")
        }
        #expect(links.count == 7 && links[0] == "./pixelated-contact-sheet.png")
        // The page loads nothing.
        let sources = page.matches(of: /src="([^"]{22})/).map { String($0.1) }
        #expect(sources == [String](repeating: "data:image/png;base64,", count: 6))
        #expect(!page.contains("url(") && page.contains("default-src 'none'; img-src data:;"))
        #expect(page.matches(of: /<img width="200" height="150"/).count == 6)
    }

    @Test func `the PNG file shows each output at its place`() throws {
        let folder = try TestFolder()
        try folder.write("in/a.jpg", "in/b.jpg")
        _ = try page(folder, sizes: [8])
        let file = try LocalFile.read(folder.path("out/pixelated-contact-sheet.png"), limit: 1 << 20)
        var header = plain_png()
        #expect(plain_png_header(file, file.count, &header))
        // One column of two strips with one square of 96 pixels, and margins of 8 pixels.
        #expect(header.width == 120 && header.height == 216)
        let (width, height) = (Int(header.width), Int(header.height))
        var pixels = [UInt8](repeating: 0, count: 4 * width * height)
        #expect(plain_png_decode(file, file.count, &pixels, pixels.count))
        func color(_ x: Int, _ y: Int) -> [Int] {
            (0..<3).map { Int(pixels[4 * (y * width + x) + $0]) }
        }
        func isNear(_ a: [Int], _ b: [Int]) -> Bool { zip(a, b).allSatisfy { abs($0 - $1) < 40 } }
        // The picture of 40 x 30 pixels is shown as 96 x 72, in the middle of its square.
        #expect(color(8, 19) == [0xF4, 0xF4, 0xF4] && color(8, 92) == [0xF4, 0xF4, 0xF4])
        #expect(isNear(color(8, 20), [9, 99, 200]) && isNear(color(103, 20), [250, 130, 20]))
        #expect(isNear(color(8, 91), [60, 60, 60]) && isNear(color(103, 91), [0, 255, 0]))
        #expect(color(104, 50) == [0xF4, 0xF4, 0xF4])
    }

    @Test func `pictures beyond the limit are counted, and a sheet without pictures has no PNG file`() throws
    {
        let folder = try TestFolder()
        try folder.write("in/a.jpg", "in/b.jpg", "in/c.jpg")
        let limited = try page(folder, previews: 1)
        #expect(limited.contains("The sheet shows 1 of 3 pictures."))
        let other = try TestFolder()
        try other.write("in/a.jpg", content: [0xFF, 0xD8, 0xFF])
        let empty = try page(other)
        #expect(empty.contains("<h2>Not pixelated</h2>") && !empty.contains("<img"))
        #expect(other.files(below: "out") == ["pixelated-contact-sheet.html"])
    }
}
