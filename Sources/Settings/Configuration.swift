// SPDX-License-Identifier: Apache-2.0

package import AWS
package import Curl
package import Pixelation
package import Support
package import Worker

/// Everything that can be configured: the Options of the modules below, under the names of the file.
package struct Configuration: Sendable, Equatable {
    package var queue = QueueOptions()
    package var aws = AWSOptions()
    package var pixelation = PixelationOptions()
    /// Its output is the file's `output`, its wait and visibility the file's `queue`.
    package var worker = WorkerOptions()
    /// How outputs are stored, beside what the worker decides.
    package var put = PutOptions()
    package var network = CurlOptions()
    package var start = StartOptions()
    package var log = LogOptions()
    package var health = HealthOptions()
    package var instance = InstanceOptions()

    /// The defaults.
    package init() {}

    /// Every value that is out of its range, by its path in the file. What is merely absent is `missing()`.
    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        func collect(_ prefix: String, _ problems: [OptionProblem]) {
            found += problems.map {
                OptionProblem(Self.path(prefix, $0.field), expected: $0.expected, got: $0.got)
            }
        }
        collect("queue", queue.problems())
        collect("aws", aws.problems())
        collect("pixelation", pixelation.problems())
        collect("worker", worker.problems())
        collect("output", put.problems())
        collect("network", network.problems())
        collect("start", start.problems())
        collect("health", health.problems())
        if !found.contains(where: { $0.field.hasPrefix("pixelation.") || $0.field == "worker.memoryBytes" }) {
            found += memoryProblems()
        }
        let absent = Set(missing().map(\.path))
        return found.filter { !absent.contains($0.field) }
    }

    /// A bound on memory is none when one picture may need more.
    private func memoryProblems() -> [OptionProblem] {
        let least = WorkerOptions.minimumMemoryBytes(
            source: pixelation.limits.bytes, workingSet: pixelation.largestWorkingSetBytes)
        guard worker.memoryBytes < least else { return [] }
        return [
            OptionProblem(
                "worker.memoryBytes",
                expected:
                    "\(least) or more for a picture as large as pixelation.limits.bytes, .pixels, .memoryBytes allow",
                got: "\(worker.memoryBytes)")
        ]
    }

    /// What a service cannot do without and nobody has given.
    package func missing() -> [SettingsProblem] {
        var out: [SettingsProblem] = []
        if queue.url.isEmpty {
            out.append(.init(source: nil, path: "queue.url", expected: "must be given: the queue's URL"))
        }
        if worker.output.bucket.isEmpty {
            out.append(.init(source: nil, path: "output.bucket", expected: "must be given: where outputs go"))
        }
        return out
    }

    /// The place in the file of a field of a module's Options.
    private static func path(_ module: String, _ field: String) -> String {
        switch (module, field) {
        case ("aws", "region"): "region"
        case ("worker", "waitSeconds"), ("worker", "visibilitySeconds"): "queue.\(field)"
        case ("worker", _) where field.hasPrefix("output.") || field.hasPrefix("filter."): field
        default: "\(module).\(field)"
        }
    }

    /// As a file, with every setting: what is in force.
    package var json: JSONValue {
        var root: [JSONValue.Member] = []
        for setting in Setting.all {
            let path = setting.path.split(separator: ".").map(String.init)
            Self.place(setting.read(self), at: path[...], in: &root)
        }
        return .object(root)
    }

    private static func place(
        _ value: JSONValue, at path: ArraySlice<String>, in members: inout [JSONValue.Member]
    ) {
        guard let name = path.first else { return }
        guard path.count > 1 else {
            members.append(.init(name, value))
            return
        }
        let index = members.firstIndex { $0.name == name } ?? members.endIndex
        if index == members.endIndex { members.append(.init(name, .object([]))) }
        guard case .object(var inner) = members[index].value else { return }
        place(value, at: path.dropFirst(), in: &inner)
        members[index].value = .object(inner)
    }

    /// The settings whose values differ between two configurations.
    package func changes(to other: Configuration) -> [Setting] {
        Setting.all.filter { $0.read(self) != $0.read(other) }
    }

    /// Every setting that is not at its default, in one line and without secrets: `queue.url="..." log.level="debug"`.
    package var summary: String {
        Configuration().changes(to: self).map { "\($0.path)=\($0.shown(in: self))" }.joined(separator: " ")
    }

    /// Names this configuration: the same digits for the same values of all settings. No secret digest, just
    /// FNV-1a, so that two log lines can be compared.
    package var digest: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in json.compact.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
