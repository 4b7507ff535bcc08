// SPDX-License-Identifier: Apache-2.0

import Foundation
import LocalPictures
import Pixelation
import Settings
import Support
import Testing

@Suite struct PictureSelectionTests {
    @Test func `a folder has all files below it, without hidden ones and pipes, in the order of their paths`()
        throws
    {
        let folder = try TestFolder()
        try folder.write(
            "in/b.jpg", "in/a/z.jpg", "in/a/b/c.txt", "in/.hidden.jpg", "in/.git/x.jpg", "in/a.jpg",
            "other.jpg")
        folder.pipe("in/pipe")
        let selection = folder.select("in")
        #expect(selection.targets == ["a.jpg", "a/b/c.txt", "a/z.jpg", "b.jpg"])
        #expect(selection.failures.isEmpty && selection.pictures.allSatisfy { !$0.isNamed })
    }

    @Test func `a hidden folder that an argument names is searched`() throws {
        let folder = try TestFolder()
        try folder.write(".in/a.jpg")
        #expect(folder.select(".in").targets == ["a.jpg"])
    }

    @Test func `symbolic links are followed, and each folder is searched once on its path without links`()
        throws
    {
        let folder = try TestFolder()
        try folder.write("in/real/a.jpg", "elsewhere/b.jpg")
        try folder.link("in/again", to: "real")
        try folder.link("in/real/up", to: "..")
        try folder.link("in/real/self", to: ".")
        try folder.link("in/away", to: "../elsewhere")
        try folder.link("in/link.jpg", to: "real/a.jpg")
        let selection = folder.select("in")
        #expect(selection.targets == ["away/b.jpg", "link.jpg", "real/a.jpg"])
        #expect(selection.failures.isEmpty)
    }

    @Test func `a link to nothing or to itself is a failure with its path, and the others are selected`()
        throws
    {
        let folder = try TestFolder()
        try folder.write("in/a.jpg")
        try folder.link("in/nothing", to: "missing")
        try folder.link("in/self", to: "self")
        let selection = folder.select("in")
        #expect(selection.targets == ["a.jpg"])
        #expect(selection.failures.map(\.code) == ["unreadable", "unreadable"])
        #expect(selection.failures.contains { $0.description.contains("/in/nothing: stat: No such file") })
        #expect(selection.failures.contains { $0.description.contains("/in/self: stat: Too many levels") })
    }

    @Test func `the output directory below a folder is left out, on any path`() throws {
        let folder = try TestFolder()
        try folder.write("in/a.jpg", "in/results/b.jpg", "in/x/c.jpg")
        try folder.link("in/x/link", to: "../results")
        try folder.link("out", to: "in/results")
        #expect(folder.select("in").targets == ["a.jpg", "x/c.jpg"])
        // The folder that an argument names is searched also if it is the output directory.
        #expect(folder.select("in/results").targets == ["b.jpg"])
    }

    @Test func `outputs are left out, and named if an argument names them`() throws {
        let folder = try TestFolder()
        try folder.write(
            "in/a.jpg", "in/pixelated-8x8-a.jpg", "in/sub/pixelated-64x64-a.jpg", "in/pixelated-a.jpg",
            "in/pixelated-contact-sheet.png", "in/pixelated-contact-sheet.html")
        let selection = folder.select("in", "in/pixelated-8x8-a.jpg")
        #expect(selection.targets == ["a.jpg", "pixelated-a.jpg"])
        #expect(selection.outputs == 5 && selection.namedOutputs == [folder.path("in/pixelated-8x8-a.jpg")])
        let other = folder.select("in") { $0.naming = Naming(namePrefix: "small-") }
        #expect(other.targets.count == 6 && other.outputs == 0)
    }

    @Test func `a pattern has the files that match, unless a file has the pattern as its name`() throws {
        let folder = try TestFolder()
        try folder.write("a/1.jpg", "a/2.jpg", "a/3.png", "b/4.jpg", "c[1].jpg", "c1.jpg", "d/x/5.jpg")
        #expect(folder.select("*/[0-9].jpg").targets == ["1.jpg", "2.jpg", "4.jpg"])
        #expect(folder.select("c[1].jpg").targets == ["c[1].jpg"])
        #expect(folder.select("d*").targets == ["x/5.jpg"])
        let none = folder.select("*.gif", "c?.jpg")
        #expect(none.targets == ["c1.jpg"])
        #expect(none.failures.map(\.code) == ["no-match"])
        #expect(none.failures[0].description.hasSuffix("/*.gif: no file matches the pattern"))
        #expect(folder.select("*/[0-9].jpg").pictures.allSatisfy { $0.isNamed })
    }

    @Test func `files with the same place below the output directory collide unless they are one file`()
        throws
    {
        let folder = try TestFolder()
        try folder.write("a/x.jpg", "b/x.jpg", "a/sub/y.jpg", "b/sub/y.jpg", "c/z.jpg")
        try folder.link("link", to: "a")
        let selection = folder.select("a", "b", "c")
        #expect(
            selection.collisions.map { "\($0.first)" }
                == ["a/sub/y.jpg", "a/x.jpg"].map { "\(folder.path($0))" })
        #expect(
            selection.collisions.map { "\($0.second)" }
                == ["b/sub/y.jpg", "b/x.jpg"].map { "\(folder.path($0))" })
        let same = folder.select("a", "a/x.jpg", "link/x.jpg", "a")
        #expect(same.collisions.isEmpty && same.targets == ["sub/y.jpg", "x.jpg"])
    }

    @Test func `files whose outputs have the same names because of their endings collide`() throws {
        let folder = try TestFolder()
        try folder.write("in/x", "in/x.png", "in/y.png", "in/z", "in/z.png")
        try folder.write("in/y", content: Array("no picture".utf8))
        var selection = folder.select("in")
        // Outputs in PNG of JPEG files have the ending of PNG behind the name; those of x.png have it twice.
        let batch = try folder.batch { $0.output = .png }
        selection.findCollisions { "\($0)".hasSuffix("z.png") ? nil : batch.outputEnding(of: $0) }
        #expect(selection.collisions.map { "\($0.first)" } == ["\(folder.path("in/z"))"])
        #expect(selection.collisions.map { "\($0.second)" } == ["\(folder.path("in/z.png"))"])
    }
}
