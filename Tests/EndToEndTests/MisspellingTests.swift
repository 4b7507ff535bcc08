// SPDX-License-Identifier: Apache-2.0

import Scripted
import Testing

/// The errors of unknown commands and options, and the help texts.
@Suite struct MisspellingTests {
    @Test(arguments: [
        ("auditt", "unknown command auditt; did you mean audit?", "pixelated"),
        ("dead-letters lst", "unknown command lst; did you mean list?", "pixelated dead-letters"),
        (
            "pixelate x.jpg --ouput out", "unknown option --ouput; did you mean --output?",
            "pixelated pixelate"
        ),
        ("pixelate x -o out --sise=8", "unknown option --sise; did you mean --sizes?", "pixelated pixelate"),
        ("run --set a.b=c --confg x", "unknown option --confg; did you mean --config?", "pixelated run"),
        ("audit --repar", "unknown option --repar; did you mean --repair?", "pixelated audit"),
        ("--verison", "unknown option --verison; did you mean --version?", "pixelated"),
        ("health --foo", "unknown option --foo", "pixelated health"),
        ("xyz", "unknown command xyz", "pixelated"),
    ])
    func `a misspelled command or option is named with the most similar one`(
        _ arguments: String, _ error: String, _ command: String
    ) async throws {
        let child = try ChildProcess(Project.pixelated, arguments.split(separator: " ").map(String.init))
        #expect(try await child.end() == .exit(64))
        #expect(
            child.log.lines == ["Error: \(error)", "  See '\(command) --help' for more information."])
    }

    /// A manual page with other characters needs a declaration of its encoding, and is unreadable in some locales.
    @Test func `the texts of the manual pages are ASCII`() async throws {
        for arguments in [["--experimental-dump-help"], ["config", "show", "--json"]] {
            let child = try ChildProcess(Project.pixelated, arguments)
            _ = try await child.end()
            #expect(child.log.lines.filter { !$0.utf8.allSatisfy { $0 < 128 } } == [])
        }
    }

    @Test(arguments: [
        ("pixelate x.jpg", "Missing expected argument '--output <dir>'"),
        ("pixelate x -o out --sizes --jobs", "Missing value for '--sizes <numbers>'"),
        ("audit bucket", "bucket is not of the form s3://bucket/prefix"),
    ])
    func `other errors of arguments are those of the parser`(_ arguments: String, _ error: String)
        async throws
    {
        let child = try ChildProcess(Project.pixelated, arguments.split(separator: " ").map(String.init))
        #expect(try await child.end() == .exit(64))
        #expect(child.log.lines.first == "Error: \(error)")
    }
}
