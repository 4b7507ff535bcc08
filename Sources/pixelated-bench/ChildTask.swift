// SPDX-License-Identifier: Apache-2.0

import Pixelation

/// A measurement in a process of its own: memory that one measurement has used would be free for the next.
enum ChildTask: String, CaseIterable {
    /// The engine, the file included.
    case engine
    /// TurboJPEG alone, into a picture in memory, the file included.
    case decode
    /// The engine on a file that may be refused.
    case hostile

    /// The result of a measurement.
    struct Finding {
        /// CPU time.
        var milliseconds: Double
        /// The peak above idle.
        var megabytes: Double
        /// `decoded`, or the kind of the refusal.
        var outcome: String
    }

    /// Runs the measurement in a child process; nil when it crashes.
    func run(on path: String) -> Finding? {
        guard let text = Child.output(["/proc/self/exe", "--child-task", rawValue, path]) else { return nil }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 3, let milliseconds = Double(words[0]), let bytes = Double(words[1]) else {
            return nil
        }
        return Finding(
            milliseconds: milliseconds, megabytes: bytes / 1e6, outcome: String(words[2]))
    }

    /// Measures in this process, the child. Returns the line that `run` parses.
    func perform(on path: String) throws -> String {
        let start = CPUTime.now()
        let (bytes, outcome) = try MemoryPeak.of { () throws -> String in
            let file = try Files.read(path)
            switch self {
            case .decode:
                let survey = try Pixelator(PixelationOptions()).survey(file)
                let turbo = try TurboJPEG()
                try turbo.decode(
                    file, width: survey.width, height: survey.height, components: survey.components)
                return "decoded"
            case .engine, .hostile:
                do {
                    let result = try Pixelator(PixelationOptions()).pixelate(file)
                    return withExtendedLifetime(result) { "decoded" }
                } catch let error as PixelationError {
                    return error.kind.rawValue
                }
            }
        }
        return "\(CPUTime.now() - start) \(bytes) \(outcome)"
    }
}
