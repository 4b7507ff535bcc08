// SPDX-License-Identifier: Apache-2.0

import Foundation
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
        var output: [String]
        /// The names of the files in the directory `out`, with one character for each byte.
        var files: [String]
    }

    /// Runs a script of the shell in a new directory. The variable `p` is the path of the program, `j` that of a JPEG
    /// file, and `name 255 x` prints a name of 255 letters x.
    private func run(_ script: String) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "source")
        let bytes = try #require(Data(base64Encoded: Self.picture, options: .ignoreUnknownCharacters))
        try bytes.write(to: file)
        let prelude = """
            cd "$1" && mkdir work && cd work && p=$2 j=$1/source
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
        return Result(end: end, output: child.log.lines, files: list.log.lines)
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
        #expect(longer.output.first?.contains("File name too long") == true)
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
}
