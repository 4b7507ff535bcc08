// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Returns true if this process may mount files, as it may in CI.
private func mayMount() async throws -> Bool {
    let child = try ChildProcess(
        URL(filePath: "/usr/bin/unshare"), ["--mount", "--propagation", "private", "true"])
    return try await child.end() == .exit(0)
}

/// The program with another version of libtiff, or without it, in a mount namespace of its own.
@Suite(
    .enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"),
    .enabled("this process may not mount files") { try await mayMount() })
struct LibTIFFTests {
    /// Files of PixelationTests/formats.txt: every compression, strips, tiles and planes, and colours that libtiff
    /// converts.
    private static let names = [
        "tiff-planes-deflate", "tiff-planes-tiles-deflate", "tiff-tiles-deflate", "tiff-1-group3",
        "tiff-1-group4",
        "tiff-1-packbits", "tiff-rgb-tiff_lzw", "tiff-i-16-tiff_lzw-differences", "tiff-rgb-zstd",
        "tiff-jpeg",
        "tiff-jpeg-ycbcr-420", "tiff-ycbcr-420", "tiff-rgba-straight-deflate", "tiff-rgb-little",
    ]
    /// The files of `names` that libtiff does not decode, because they are not compressed.
    private static let plain = ["tiff-rgb-little"]

    /// Runs a script in a new directory that contains the folder `in` with the files of `names`, and returns its
    /// output. The variable `p` is the path of the program, and `lib` that of the libtiff that it uses.
    private func run(_ script: String) async throws -> [String] {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        let folder = directory.appending(path: "in")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let list = Project.root.appending(path: "Tests/PixelationTests/formats.txt")
        let lines = try String(contentsOf: list, encoding: .utf8).split(separator: "\n")
        for name in Self.names {
            let line = try #require(lines.first { $0.hasPrefix(name + " ") }, "\(name)")
            let bytes = try #require(Data(base64Encoded: String(line.split(separator: " ")[1])))
            try bytes.write(to: folder.appending(path: "\(name).tiff"))
        }
        let prelude = """
            set -e; cd "$1"; p=$2
            lib=$(readlink -f "$(/sbin/ldconfig -p | sed -n 's/.*libtiff\\.so\\.6 .*=> //p' | head -n 1)")
            """
        let child = try ChildProcess(
            URL(filePath: "/usr/bin/unshare"),
            [
                "--mount", "--propagation", "private", "sh", "-c", "\(prelude)\n\(script)", "sh",
                directory.path,
                Project.pixelated.path,
            ])
        #expect(try await child.end() == .exit(0), "\(child.log.lines)")
        return child.log.lines
    }

    @Test func `outputs are the same with a libtiff before 4_5, whose file has another name`() async throws {
        // The older library is the installed one with another name of a function that is new in version 4.5. The loader
        // finds it by its cache, and the file of the newer name is no library.
        let lines = try await run(
            """
            pixelate() { "$p" pixelate in -o "$1" 2>&1 > /dev/null | grep damaged > "$1.errors"; }
            cp in/tiff-rgb-tiff_lzw.tiff in/damaged.tiff
            printf 'damaged' | dd of=in/damaged.tiff bs=1 seek=20 conv=notrunc 2> /dev/null
            pixelate new
            mkdir old-library
            LC_ALL=C sed 's/\\bTIFFOpenOptionsAlloc\\b/TIFFOpenOptionsAllo_/g; s/libtiff\\.so\\.6/libtiff.so.5/g' \\
                "$lib" > old-library/libtiff.so.5
            (echo "$PWD/old-library"; cat /etc/ld.so.conf) > conf
            /sbin/ldconfig -X -f conf -C cache
            mount --bind cache /etc/ld.so.cache
            mount --bind /dev/null "$lib"
            pixelate old
            diff -r new old && diff new.errors old.errors && cat old.errors && ls old | wc -l
            """)
        // The message of libtiff itself is in the error.
        #expect(lines.count == 2 && lines[0].contains("in/damaged.tiff: corrupt: libtiff: "), "\(lines)")
        #expect(lines.last == "\(5 * Self.names.count)")
    }

    @Test func `compressed files fail without libtiff, and all others are pixelated`() async throws {
        let lines = try await run(
            #"""
            mount --bind /dev/null "$lib"
            "$p" pixelate in -o out 2>&1 > /dev/null || [ $? = 1 ]
            ls out | grep -c -- -8x8-
            """#)
        let refused = lines.filter { $0.contains("decoder-missing") && $0.contains("libtiff6") }
        #expect(refused.count == Self.names.count - Self.plain.count, "\(lines)")
        #expect(lines.last == "\(Self.plain.count)")
    }
}
