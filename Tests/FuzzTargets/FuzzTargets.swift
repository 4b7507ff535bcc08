// SPDX-License-Identifier: Apache-2.0

import CFuzzer
import Foundation

/// The program of the fuzz targets, which `Tests/fuzz` runs. libFuzzer reads its arguments. The environment variable
/// `PIXELATOR_FUZZ_TARGET` names the target, so that the processes that libFuzzer starts have the same one. Two
/// commands are not those of libFuzzer:
///
///     FuzzTargets --list                  prints the name, the longest input and the description of each target
///     FuzzTargets --seeds NAME FOLDER     writes the seeds of a target and its dictionary to a folder
@main enum FuzzTargets {
    /// All targets, in the order of the list.
    static let all: [FuzzTarget] =
        [
            EventTargets.events, EventTargets.deadLetters, SettingsTarget.settings, ProfileTarget.profiles,
            AnswerTarget.answers, CredentialTarget.credentials, SignatureTarget.signatures,
        ] + PictureTargets.all + [
            MetadataTargets.exif, MetadataTargets.verification, ChannelTargets.answers,
            ChannelTargets.requests,
        ] + WriterTargets.all + [StreamTargets.gzip, StreamTargets.traces, StreamTargets.journal]

    /// The target that this process runs.
    private nonisolated(unsafe) static var target = all[0]

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "--list":
            for target in all { print("\(target.name)\t\(target.longest)\t\(target.summary)") }
        case "--seeds" where arguments.count == 3:
            try named(arguments[2]).writeSeeds(to: URL(filePath: arguments[3]))
        default:
            target = named(ProcessInfo.processInfo.environment["PIXELATOR_FUZZ_TARGET"] ?? "")
            var count = CommandLine.argc
            var values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
            exit(
                LLVMFuzzerRunDriver(&count, &values) { bytes, count in
                    FuzzTargets.target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
                })
        }
    }

    private static func named(_ name: String) -> FuzzTarget {
        guard let target = all.first(where: { $0.name == name }) else {
            FileHandle.standardError.write(Data("no fuzz target is called \"\(name)\"\n".utf8))
            exit(64)
        }
        return target
    }
}
