// SPDX-License-Identifier: Apache-2.0

/// The cost of the worst files of a folder under the default limits, each measured in a process of its own.
struct HostileCorpus {
    private var files = 0
    /// The number of files of each outcome.
    private var outcomes: [String: Int] = [:]
    private(set) var slowest = (milliseconds: 0.0, name: "-")
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

    /// A summary to print.
    var lines: String {
        let counts = outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.value) \($0.key)" }
        return """

            \(files) hostile files: \(counts.joined(separator: ", "))
              slowest: \(slowest.name); largest: \(largest.name)
            """
    }
}
