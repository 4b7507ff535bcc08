// SPDX-License-Identifier: Apache-2.0

package import AWS
package import Curl
package import Pixelation
package import Support
package import Tracing
package import Worker

/// The configuration of the daemon: the options of all modules.
package struct Configuration: Sendable, Equatable {
    package var queue = QueueOptions()
    package var aws = AWSOptions()
    package var pixelation = PixelationOptions()
    /// The isolation of the decoders: the setting `pixelation.isolation` of the configuration file.
    package var isolation = DecoderIsolation.required
    /// The options of the worker. In the configuration file, the output options of the worker are in the section
    /// `output`, its filter is in `filter`, `pictureLog` is `log.pictures`, and `waitSeconds` and `visibilitySeconds`
    /// are in `queue`.
    package var worker = WorkerOptions()
    /// The options of the `PutObject` requests for outputs: the section `output` of the configuration file.
    package var put = PutOptions()
    package var network = CurlOptions()
    package var start = StartOptions()
    package var log = LogOptions()
    package var health = HealthOptions()
    package var instance = InstanceOptions()
    package var tracing = TracingOptions()

    /// Makes a configuration with the default values of all settings.
    package init() {}

    /// Returns a problem for each setting whose value is out of range, with the path of the setting. Settings without a
    /// value are returned by `missing()`.
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
        collect("tracing", tracing.problems())
        if !found.contains(where: { $0.field.hasPrefix("pixelation.") || $0.field == "worker.memoryBytes" }) {
            found += memoryProblems()
        }
        let absent = Set(missing().map(\.path))
        return found.filter { !absent.contains($0.field) }
    }

    /// Returns a problem when `worker.memoryBytes` is less than one picture within `pixelation.limits` needs, unless it
    /// is 0.
    private func memoryProblems() -> [OptionProblem] {
        let least = WorkerOptions.minimumMemoryBytes(
            source: pixelation.limits.bytes, workingSet: pixelation.limits.memoryBytes)
        guard worker.memoryBytes != 0, worker.memoryBytes < least else { return [] }
        return [
            OptionProblem(
                "worker.memoryBytes",
                expected:
                    "\(least) or more, for one picture within pixelation.limits.bytes "
                    + "(\(pixelation.limits.bytes)) and pixelation.limits.memoryBytes "
                    + "(\(pixelation.limits.memoryBytes)), or these must be less",
                got: "\(worker.memoryBytes)")
        ]
    }

    /// Returns a problem for each setting that the service requires and that has no value.
    package func missing() -> [SettingsProblem] {
        var out: [SettingsProblem] = []
        if queue.url.isEmpty {
            out.append(
                .init(source: nil, path: "queue.url", expected: "is required: the URL of the source queue"))
        }
        if worker.output.bucket.isEmpty {
            out.append(
                .init(source: nil, path: "output.bucket", expected: "is required: the bucket for outputs"))
        }
        return out
    }

    /// Returns the path in the configuration file of the field `field` of the options of a module.
    private static func path(_ module: String, _ field: String) -> String {
        switch (module, field) {
        case ("aws", "region"): "region"
        case ("worker", "waitSeconds"), ("worker", "visibilitySeconds"): "queue.\(field)"
        case ("worker", _) where field.hasPrefix("output.") || field.hasPrefix("filter."): field
        default: "\(module).\(field)"
        }
    }

    /// The configuration as the JSON object of a configuration file that contains every setting.
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

    /// Returns the settings whose values differ between this configuration and `other`.
    package func changes(to other: Configuration) -> [Setting] {
        Setting.all.filter { $0.read(self) != $0.read(other) }
    }

    /// The settings whose values differ from their defaults, on one line and without secrets: `queue.url="..."
    /// log.level="debug"`.
    package var summary: String {
        Configuration().changes(to: self).map { "\($0.path)=\($0.shown(in: self))" }.joined(separator: " ")
    }

    /// The 64-bit FNV-1a hash of the values of all settings in 16 hexadecimal digits. Logs and metrics show the digest,
    /// so that configurations can be compared. It is not a cryptographic hash.
    package var digest: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in json.compact.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
