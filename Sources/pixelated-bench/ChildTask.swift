// SPDX-License-Identifier: Apache-2.0

import Decoding
import Pixelation
import Pixels

/// A measurement in a child process. Two measurements in one process would influence each other: the second could use
/// memory that the first has freed.
enum ChildTask: String, CaseIterable {
    /// The engine pixelates a file.
    case engine
    /// TurboJPEG decodes a file into a picture in memory.
    case decode
    /// The engine pixelates or refuses a file.
    case hostile

    /// The result of a measurement.
    struct Finding {
        /// The CPU time of the measurement in milliseconds, reading the file included.
        var milliseconds: Double
        /// The peak memory of the process, the file included, less that of the idle process, in megabytes.
        var megabytes: Double
        /// The text `decoded`, or the kind of the error with which the engine refused the file.
        var outcome: String
    }

    /// Runs the measurement of the file `path` in a child process and returns the result; nil if the child process
    /// fails.
    func run(on path: String) -> Finding? {
        guard let text = Child.output(["/proc/self/exe", "--child-task", rawValue, path]) else { return nil }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 3, let milliseconds = Double(words[0]), let bytes = Double(words[1]) else {
            return nil
        }
        return Finding(
            milliseconds: milliseconds, megabytes: bytes / 1e6, outcome: String(words[2]))
    }

    /// Measures the file `path` in this process, which is the child process. Returns a line with the result, which
    /// `run` parses: milliseconds, bytes and outcome.
    func perform(on path: String) throws -> String {
        let start = CPUTime.now()
        let (bytes, outcome) = try MemoryPeak.of { () throws -> String in
            let file = try Files.read(path)
            switch self {
            case .decode:
                let survey = try Pixelator(PixelationOptions(), reducer: InProcessReducer()).survey(file)
                let turbo = try TurboJPEG()
                try turbo.decode(
                    file, width: survey.width, height: survey.height, components: survey.color.bands)
                return "decoded"
            case .engine, .hostile:
                do {
                    let result = try Pixelator(PixelationOptions(), reducer: InProcessReducer()).pixelate(
                        file)
                    return withExtendedLifetime(result) { "decoded" }
                } catch let error as PixelationError {
                    return error.kind.rawValue
                }
            }
        }
        return "\(CPUTime.now() - start) \(bytes) \(outcome)"
    }
}
