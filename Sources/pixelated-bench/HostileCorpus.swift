// SPDX-License-Identifier: Apache-2.0

/// The measured costs of all files of a folder under the default limits: the largest CPU time and the largest peak
/// memory, with the names of these files. Each file is measured in a child process.
struct HostileCorpus {
    private var files = 0
    /// The number of files with each outcome, by the text of the outcome.
    private var outcomes: [String: Int] = [:]
    /// The CPU time and the name of the slowest file.
    private(set) var slowest = (milliseconds: 0.0, name: "-")
    /// The peak memory and the name of the file that needs the most.
    private(set) var largest = (megabytes: 0.0, name: "-")

    /// Measures all files below a folder.
    init(_ folder: String) {
        for path in Files.all(below: folder) {
            files += 1
            guard let finding = ChildTask.hostile.run(on: path) else {
                outcomes["CRASHED: " + Files.name(path), default: 0] += 1
                continue
            }
            outcomes[finding.outcome, default: 0] += 1
            if finding.milliseconds > slowest.milliseconds {
                slowest = (finding.milliseconds, Files.name(path))
            }
            if finding.megabytes > largest.megabytes { largest = (finding.megabytes, Files.name(path)) }
        }
    }

    /// A summary of two lines: the number of files with each outcome, and the names of the file with the largest CPU
    /// time and of the file with the largest peak memory.
    var lines: String {
        let counts = outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key)" }
        return """

            \(files) hostile files: \(counts.joined(separator: ", "))
              slowest: \(slowest.name); largest: \(largest.name)
            """
    }
}
