// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Scripted
import Testing

/// The command `pixelate` with file names and sizes that shells and file systems permit.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct PixelateTests {
    /// A JPEG file of 8 x 8 gray pixels.
    private static let picture = """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19i
        Z2hnPk1xeXBkeFxlZ2P/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAI
        AQEAAD8AC//Z
        """

    /// The result of a script.
    private struct Result {
        var end: ChildProcess.End
        /// The lines of the output without the closing line.
        var output: [String]
        /// The last closing line without the time; nil if there is none.
        var closing: String?
        /// The names of the files in the directory `out`, with one character for each byte.
        var files: [String]
    }

    /// Runs a script of the shell in a new directory. The variable `p` is the path of the program, `j` that of a JPEG
    /// file, `f` that of a folder with pictures of all other formats, and `name 255 x` prints a name of 255 letters x.
    private func run(_ script: String) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        if script.contains("$f") { try Self.writeFormats(to: directory.appending(path: "formats")) }
        let file = directory.appending(path: "source")
        let bytes = try #require(Data(base64Encoded: Self.picture, options: .ignoreUnknownCharacters))
        try bytes.write(to: file)
        let prelude = """
            cd "$1" && mkdir work && cd work && p=$2 j=$1/source f=$1/formats
            name() { head -c "$1" /dev/zero | tr '\\0' "$2"; }
            """
        let child = try ChildProcess(
            URL(filePath: "/bin/sh"),
            ["-c", "\(prelude)\n\(script)", "sh", directory.path, Project.pixelated.path])
        let end = try await child.end()
        let list = try ChildProcess(
            URL(filePath: "/bin/ls"),
            ["-A", "--quoting-style=escape", directory.appending(path: "work/out").path],
            environment: ["LC_ALL": "C"])
        _ = try await list.end()
        let closing = /^pixelated: (.*\d+ (?:of \d+ )?pictures? pixelated.*), \d+\.\d s$/
        return Result(
            end: end, output: child.log.lines.filter { $0.firstMatch(of: closing) == nil },
            closing: child.log.lines.compactMap { $0.firstMatch(of: closing).map { String($0.1) } }.last,
            files: list.log.lines)
    }

    /// Writes a picture of each format into a folder, with the name of its format and the content that
    /// PixelationTests/formats.txt has for it, and one in a folder below it.
    private static func writeFormats(to folder: URL) throws {
        let list = Project.root.appending(path: "Tests/PixelationTests/formats.txt")
        let lines = try String(contentsOf: list, encoding: .utf8).split(separator: "\n")
        for (name, file) in [
            ("png-2-8", "a.png"), ("gif", "b.gif"), ("webp-rgb-lossy", "c.webp"), ("heic-rgb", "d.heic"),
            ("avif", "e.avif"), ("tiff-rgb-little", "sub/f.tiff"), ("bmp-24", "sub/deep/g.bmp"),
        ] {
            let line = try #require(lines.first { $0.hasPrefix(name + " ") }, "\(name)")
            let bytes = try #require(Data(base64Encoded: String(line.split(separator: " ")[1])))
            let path = folder.appending(path: file)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try bytes.write(to: path)
        }
    }

    private func five(_ name: String) -> [String] {
        ["16x16", "32x32", "48x48", "64x64", "8x8"].map { "pixelated-\($0)-\(name)" }
    }

    @Test func `two files of one name are refused before any work, with both paths`() async throws {
        let result = try await run(
            #"mkdir a b; cp "$j" a/x.jpg; cp "$j" b/x.jpg; cp "$j" y.jpg; "$p" pixelate a/x.jpg y.jpg b/x.jpg -o out"#
        )
        #expect(result.end == .exit(64) && !result.files.contains { $0.hasPrefix("pixelated") })
        #expect(
            result.output.count == 1 && result.output[0].contains("a/x.jpg and b/x.jpg"), "\(result.output)")
    }

    @Test func `a file that is given twice is pixelated once`() async throws {
        let result = try await run(
            #"mkdir a; cp "$j" a/x.jpg; "$p" pixelate a/x.jpg ./a/x.jpg a/x.jpg -o out"#)
        #expect(result.end == .exit(0) && result.files == five("x.jpg"), "\(result.output)")
    }

    @Test func `outputs in the directory of the files are not pixelated again`() async throws {
        let result = try await run(
            #"mkdir out && cd out && cp "$j" x.jpg; for i in 1 2 3; do "$p" pixelate *.jpg -o . || exit 9; done"#
        )
        #expect(result.end == .exit(0) && result.files == five("x.jpg") + ["x.jpg"], "\(result.files)")
        #expect(result.output.count == 10 && result.output.allSatisfy { $0.contains("name of an output") })
        let only = try await run(#"cp "$j" pixelated-8x8-x.jpg; "$p" pixelate pixelated-8x8-x.jpg -o out"#)
        #expect(only.end == .exit(1), "a command that made nothing has not succeeded")
    }

    @Test func `a damaged file that is pixelated is named with its damage`() async throws {
        let result = try await run(
            #"head -c -3 "$j" > x.jpg; cp "$j" y.jpg; "$p" pixelate x.jpg y.jpg --truncated accept -o out"#)
        #expect(result.end == .exit(0) && result.files.count == 10, "\(result.files)")
        #expect(result.output.count { $0.hasPrefix("pixelated: x.jpg: damaged (truncated): ") } == 1)
        #expect(!result.output.contains { $0.contains("y.jpg") }, "\(result.output)")
    }

    @Test func `a name that is not UTF-8 names a file, an output, a directory and a configuration`()
        async throws
    {
        let result = try await run(
            #"n=$(printf 'caf\351.jpg'); cp "$j" "$n"; "$p" pixelate "$n" -o out"#)
        #expect(result.end == .exit(0) && result.files == five(#"caf\351.jpg"#), "\(result)")
        let directory = try await run(#"n=$(printf 'caf\351'); "$p" pixelate "$j" -o "out/$n""#)
        #expect(directory.end == .exit(0) && directory.files == [#"caf\351"#], "\(directory)")
        let config = try await run(
            #"n=$(printf 'caf\351.json'); echo '{"log":{"level":"debug"}}' > "$n"; "$p" policy --config "$n""#
        )
        #expect(config.end == .exit(0), "\(config)")
        let variable = try await run(
            #"n=$(printf 'caf\351.json'); echo '{"log":{"level":"no"}}' > "$n"; PIXELATED_CONFIG=$n "$p" policy"#
        )
        #expect(variable.end == .exit(78) && variable.output.count == 1, "\(variable)")
        #expect(variable.output.first?.contains(#"caf\xe9.json:1: log.level"#) == true, "\(variable)")
        let missing = try await run(#""$p" pixelate "$(printf '\351\033[31m\364\217\277\277')" -o out"#)
        #expect(missing.end == .exit(1) && missing.output.count == 1)
        #expect(missing.output.first?.contains(#"\xe9\x1b[31m"#) == true, "\(missing.output)")
    }

    @Test func `a name with a scalar of the private use area is unchanged`() async throws {
        let result = try await run(
            #"n=$(printf '\364\217\277\251.jpg'); cp "$j" "$n"; "$p" pixelate "$n" -o out"#)
        #expect(result.end == .exit(0) && result.files == five(#"\364\217\277\251.jpg"#), "\(result)")
    }

    @Test func `a name may be as long as leaves room for the prefix of the outputs`() async throws {
        let result = try await run(#"n=$(name 235 x).jpg; cp "$j" "$n"; "$p" pixelate "$n" -o out"#)
        #expect(result.end == .exit(0) && result.files.count == 5, "\(result.output)")
        #expect(result.files.first?.utf8.count == 255)
        let longer = try await run(#"n=$(name 255 x); cp "$j" "$n"; "$p" pixelate "$n" -o out"#)
        #expect(longer.end == .exit(1) && longer.files.isEmpty && longer.output.count == 1, "\(longer.files)")
        #expect(longer.output.first?.contains("the file system permits 255") == true)
        #expect(longer.closing == "0 pictures pixelated, 1 failed (name-too-long 1)")
        // The output of 8 x 8 blocks has a name of 255 bytes, and the others are longer.
        let only = try await run(#"n=$(name 241 x); cp "$j" "$n"; "$p" pixelate "$n" -o out"#)
        #expect(only.end == .exit(1) && only.files.isEmpty && only.output.count == 1, "\(only.files)")
    }

    @Test func `a name that begins with a dash is a file, as a shell makes it from a pattern`() async throws {
        let result = try await run(
            #"for n in -dash.jpg -out.jpg --x.jpg; do cp "$j" "./$n"; done; "#
                + #""$p" pixelate -*h.jpg -out.jpg -o out -- --x.jpg"#
        )
        #expect(result.end == .exit(0), "\(result.output)")
        #expect(Set(result.files) == Set(["-dash.jpg", "-out.jpg", "--x.jpg"].flatMap(five)))
    }

    @Test func `a missing file whose name begins with a dash is named`() async throws {
        let result = try await run(#"cp "$j" x.jpg; "$p" pixelate -xyz.jpg x.jpg -o out"#)
        #expect(result.end == .exit(1) && result.files == five("x.jpg"), "\(result)")
        #expect(result.output == ["pixelated: ./-xyz.jpg: open: No such file or directory"])
        let only = try await run(#""$p" pixelate -xyz.jpg -o out"#)
        #expect(only.end == .exit(1) && only.output == result.output)
    }

    @Test func `a value of an option may begin with a dash only if it is a directory`() async throws {
        let directory = try await run(
            #"mkdir out; cp "$j" x.jpg; "$p" pixelate x.jpg -o -dir && mv ./-dir out"#)
        #expect(directory.end == .exit(0) && directory.files == ["-dir"], "\(directory)")
        let joined = try await run(#"cp "$j" x.jpg; "$p" pixelate x.jpg -o=out"#)
        #expect(joined.end == .exit(0) && joined.files == five("x.jpg"), "\(joined)")
        for option in ["--name-prefix -x-", "--max-bytes -100"] {
            let other = try await run(#"cp "$j" x.jpg; cp "$j" ./-x-; "$p" pixelate x.jpg \#(option) -o out"#)
            #expect(other.end == .exit(64), "\(other)")
            #expect(other.output.first?.contains("Missing value for '--") == true, "\(other.output)")
        }
        let help = try await run(#""$p" pixelate -help"#)
        #expect(help.end == .exit(0) && help.output.first?.hasPrefix("OVERVIEW") == true)
    }

    @Test(arguments: ["pixelate x.jpg -o out --name-prefix", "pixelate x.jpg -o out --sizes", "policy --set"])
    func `a value of an option that is not UTF-8 is refused with the option`(_ command: String) async throws {
        let option = command.split(separator: " ").last ?? ""
        for joint in [" ", "="] {
            let result = try await run(
                #"mkdir out; cp "$j" x.jpg; "$p" \#(command)\#(joint)"$(printf 'p\344-\364\217\277\244')""#)
            #expect(result.end == .exit(64) && result.files.isEmpty, "\(result)")
            let line = result.output.first ?? ""
            #expect(
                line.contains("\(option)") && line.contains(#"p\xe4-"#) && line.contains("UTF-8"), "\(line)")
        }
        let variable = try await run(#"PIXELATED_OUTPUT_NAME_PREFIX=$(printf 'p\344') "$p" policy"#)
        #expect(variable.end == .exit(78))
        #expect(variable.output == ["pixelated: PIXELATED_OUTPUT_NAME_PREFIX: must be UTF-8"])
        // The scalar of the private use area is UTF-8.
        let scalar = try await run(
            #"cp "$j" x.jpg; "$p" pixelate x.jpg -o out --sizes 8 --name-prefix "$(printf '\364\217\277\244')""#
        )
        #expect(scalar.end == .exit(0) && scalar.files == [#"\364\217\277\2448x8-x.jpg"#], "\(scalar)")
    }

    @Test func `a file over the limit of bytes is refused with the limit, its setting and the option`()
        async throws
    {
        let result = try await run(#"cp "$j" x.jpg; "$p" pixelate x.jpg -o out --max-bytes 100"#)
        #expect(result.end == .exit(1) && result.files.isEmpty)
        let line = result.output.first ?? ""
        #expect(line.contains("100 bytes") && line.contains("pixelation.limits.bytes"), "\(line)")
        #expect(line.contains("--max-bytes"))
        let large = try await run(#"truncate -s 65M x.jpg; "$p" pixelate x.jpg -o out"#)
        #expect(large.output.first?.contains("67108864 bytes") == true, "\(large.output)")
        let allowed = try await run(#"cp "$j" x.jpg; "$p" pixelate x.jpg -o out --max-bytes 200000"#)
        #expect(allowed.end == .exit(0) && allowed.files == five("x.jpg"))
    }

    @Test func `a folder is pixelated with its structure, and files that are no pictures are counted`()
        async throws
    {
        let result = try await run(
            #"cp -r "$f" in; cp "$j" in/sub/x.jpg; echo text > in/notes.txt; mkdir in/.cache; cp "$j" in/.cache/; "#
                + #"ln -s .. in/sub/loop; "$p" pixelate in -o out; cd out; find . -name '*-8x8-*'"#)
        #expect(result.end == .exit(0), "\(result)")
        #expect(result.closing == "8 pictures pixelated, 1 not a picture")
        let names = [
            "./pixelated-8x8-a.png", "./pixelated-8x8-b.gif", "./pixelated-8x8-c.webp",
            "./pixelated-8x8-d.heic.jpg", "./pixelated-8x8-e.avif.jpg", "./sub/pixelated-8x8-f.tiff.jpg",
            "./sub/pixelated-8x8-x.jpg", "./sub/deep/pixelated-8x8-g.bmp.jpg",
        ]
        #expect(Set(result.output) == Set(names) && result.output.count == 8, "\(result.output)")
    }

    @Test func `a folder that contains its outputs is pixelated again without them`() async throws {
        let result = try await run(
            #"mkdir out; cp "$j" out/x.jpg; for i in 1 2; do "$p" pixelate out -o out || exit 9; done; "#
                + #""$p" pixelate . -o out/results && "$p" pixelate . -o out/results"#)
        #expect(result.end == .exit(0) && result.output.isEmpty, "\(result)")
        #expect(result.closing == "1 picture pixelated, 5 outputs left out")
        #expect(result.files == five("x.jpg") + ["results", "x.jpg"])
    }

    @Test func `an unreadable part of a folder is one sentence, and the others are pixelated`() async throws {
        let result = try await run(
            #"mkdir in; cp "$j" in/x.jpg; ln -s nowhere in/link; head -c 60 "$j" > in/cut.jpg; "$p" pixelate in -o out"#
        )
        #expect(result.end == .exit(1) && result.files == five("x.jpg"), "\(result)")
        #expect(
            result.output.count == 2
                && result.output[0] == "pixelated: in/link: stat: No such file or directory")
        #expect(result.output.last?.hasPrefix("pixelated: in/cut.jpg: truncated: ") == true)
        #expect(result.closing == "1 picture pixelated, 2 failed (truncated 1, unreadable 1)")
    }

    @Test func `a pattern in quotes has the files that match it`() async throws {
        let result = try await run(
            #"mkdir a; for n in 1.jpg 2.jpg 3.png; do cp "$j" a/$n; done; "$p" pixelate 'a/*.jpg' -o out -v"#)
        #expect(result.end == .exit(0) && result.files == (five("1.jpg") + five("2.jpg")).sorted())
        #expect(
            result.output.sorted() == ["1", "2"].map { "a/\($0).jpg: JPEG, 8 x 8, 5 outputs" }, "\(result)")
        let none = try await run(#""$p" pixelate '*.jpg' -o out"#)
        #expect(none.end == .exit(1) && none.output == ["pixelated: *.jpg: no file matches the pattern"])
        #expect(none.closing == "0 pictures pixelated, 1 failed (no-match 1)")
    }

    @Test func `the standard input is pixelated with a name by its content or a given one`() async throws {
        let result = try await run(#"cat "$f/d.heic" | "$p" pixelate - -o out --sizes 8"#)
        #expect(result.end == .exit(0) && result.files == ["pixelated-8x8-picture.heic.jpg"], "\(result)")
        let named = try await run(#""$p" pixelate - --name x.jpg -o out < "$j""#)
        #expect(named.end == .exit(0) && named.files == five("x.jpg"), "\(named)")
        let collision = try await run(#"cp "$j" x.jpg; "$p" pixelate x.jpg - --name x.jpg -o out < "$j""#)
        #expect(collision.end == .exit(64) && collision.output[0].contains("x.jpg and standard input: "))
        let text = try await run(#"echo text | "$p" pixelate - -o out"#)
        #expect(text.end == .exit(1) && text.output.first?.contains("standard input: not-an-image") == true)
        let without = try await run(#""$p" pixelate "$j" --name x.jpg -o out"#)
        #expect(without.end == .exit(64) && without.output.first?.contains("--name is the name of") == true)
    }

    @Test func `files whose outputs would have the same names are refused before any work`() async throws {
        let result = try await run(
            #"mkdir in; cp "$f/d.heic" in/x; cp "$j" in/x.jpg; cp "$j" in/y.jpg; "$p" pixelate in -o out"#)
        #expect(result.end == .exit(64) && result.files.isEmpty)
        #expect(result.output.count == 1 && result.output[0].contains("in/x and in/x.jpg: "), "\(result)")
        // Both are JPEG files, so that the outputs of the first have no ending.
        let other = try await run(
            #"mkdir in; cp "$j" in/x; cp "$j" in/x.jpg; "$p" pixelate in -o out"#)
        #expect(other.end == .exit(0) && other.files.count == 10, "\(other)")
    }

    @Test func `limits, jobs and a quiet command are options`() async throws {
        let limit = try await run(#""$p" pixelate "$j" -o out --max-pixels 63"#)
        #expect(
            limit.end == .exit(1) && limit.files.isEmpty
                && limit.closing?.contains("too-many-pixels 1") == true)
        let frames = try await run(#""$p" pixelate "$j" -o out --max-frames 0"#)
        #expect(frames.end == .exit(64) && frames.output[0].contains("--max-frames: must be 1...65536"))
        let jobs = try await run(
            #"for i in 1 2 3 4 5 6; do cp "$j" $i.jpg; done; "$p" pixelate . -o out --jobs 4 -q"#)
        #expect(jobs.end == .exit(0) && jobs.files.count == 30 && jobs.output.isEmpty && jobs.closing == nil)
    }

    @Test func `a contact sheet shows the outputs, and is not pixelated by the next command`() async throws {
        let result = try await run(
            #"cp -r "$f" out; for i in 1 2; do "$p" pixelate out -o out --contact-sheet --sizes 8 || exit 9; done; "#
                + #"grep -c "<img" out/pixelated-contact-sheet.html; head -c 8 out/pixelated-contact-sheet.png | od -An -c"#
        )
        #expect(result.end == .exit(0), "\(result)")
        #expect(
            result.output.prefix(2) == [
                "pixelated: contact sheet: out/pixelated-contact-sheet.html",
                "pixelated: contact sheet: out/pixelated-contact-sheet.html",
            ])
        #expect(result.output.dropFirst(2).first == "7" && result.output.last?.contains("P   N   G") == true)
        #expect(result.closing == "7 pictures pixelated, 9 outputs left out")
        let quiet = try await run(#""$p" pixelate "$j" -o out --contact-sheet --sizes 8 -q"#)
        #expect(quiet.end == .exit(0) && quiet.output.isEmpty && quiet.files.count == 3)
    }

    @Test func `an interrupted command leaves complete outputs, states what was done and ends by the signal`()
        async throws
    {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        let (source, out) = (directory.appending(path: "in"), directory.appending(path: "out"))
        try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let bytes = try #require(Data(base64Encoded: Self.picture, options: .ignoreUnknownCharacters))
        for index in 0..<3000 { try bytes.write(to: source.appending(path: "\(index).jpg")) }
        let child = try ChildProcess(
            Project.pixelated, ["pixelate", source.path, "-o", out.path, "-v", "--sizes", "8"])
        try await child.log.line("the first file") { $0.contains("1 output") }
        child.signal(SIGINT)
        #expect(try await child.end() == .signal(SIGINT))
        let line = try #require(child.log.lines.last)
        let count = try #require(line.firstMatch(of: /interrupted: (\d+) of 3000 pictures pixelated/)?.1)
        let files = try FileManager.default.contentsOfDirectory(atPath: out.path)
        #expect(files.count == Int(count) && files.allSatisfy { $0.hasPrefix("pixelated-8x8-") }, "\(line)")
        #expect(files.count < 3000)
    }

    @Test func `a command that waits for the writer of a pipe is interrupted`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let pipe = directory.appending(path: "pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        let child = try ChildProcess(
            Project.pixelated, ["pixelate", pipe, "-o", directory.appending(path: "out").path])
        // The opening for writing ends when the program has opened the pipe.
        let writer = await Task.detached { open(pipe, O_WRONLY | O_CLOEXEC) }.value
        defer { close(writer) }
        child.signal(SIGINT)
        #expect(try await child.end() == .signal(SIGINT))
        let line = child.log.lines.last
        #expect(
            line?.hasPrefix("pixelated: interrupted: 0 of 1 picture pixelated") == true, "\(child.log.lines)")
    }
}
