// SPDX-License-Identifier: Apache-2.0

import Support

/// Where settings may come from, weakest first: defaults, file, environment, flags.
package struct SettingsSources: Sendable {
    /// The configuration file: its name for messages, and its content.
    package var file: (name: String, bytes: [UInt8])?
    package var environment: [String: String]
    /// `path=value` of each `--set`, and what the named flags stand for.
    package var flags: [String]

    package init(
        file: (name: String, bytes: [UInt8])? = nil, environment: [String: String] = [:], flags: [String] = []
    ) {
        self.file = file
        self.environment = environment
        self.flags = flags
    }

    /// The settings that these sources make together.
    ///
    /// - Throws: `SettingsError` with everything that is wrong.
    package func load() throws(SettingsError) -> Configuration {
        var loader = SettingsLoader()
        if let file {
            do throws(JSONParser.Failure) {
                loader.take(try JSONParser.parse(file.bytes), file: file.name)
            } catch {
                let place = "\(file.name):\(error.line)"
                throw SettingsError(
                    .malformed, [.init(source: place, path: "", expected: "must be JSON: \(error.reason)")])
            }
        }
        loader.take(environment: environment)
        for flag in flags { loader.take(flag: flag) }
        return try loader.finish()
    }
}

/// Collects values and problems from one source after the other.
struct SettingsLoader {
    private var settings = Configuration()
    private var problems: [SettingsProblem] = []
    /// Who gave each setting its present value.
    private var origin: [String: String] = [:]

    private static let byPath = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.path, $0) })

    mutating func take(_ json: JSONValue, file: String) {
        guard case .object(let members) = json else {
            problems.append(
                .init(source: file, path: "", expected: "must be a JSON object", got: json.compact))
            return
        }
        take(members, prefix: "", file: file)
    }

    private mutating func take(_ members: [JSONValue.Member], prefix: String, file: String) {
        for member in members {
            let path = prefix + member.name
            let place = "\(file):\(member.line)"
            if let setting = Self.byPath[path] {
                set(setting, to: member.value, from: place)
            } else if Self.byPath.keys.contains(where: { $0.hasPrefix(path + ".") }) {
                guard case .object(let inner) = member.value else {
                    problems.append(
                        .init(
                            source: place, path: path, expected: "must be an object",
                            got: member.value.compact))
                    continue
                }
                take(inner, prefix: path + ".", file: file)
            } else {
                problems.append(
                    .init(source: place, path: path, expected: Self.unknown(path, among: Self.byPath.keys)))
            }
        }
    }

    mutating func take(environment: [String: String]) {
        let byName = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.environmentName, $0) })
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("PIXELATED_") {
            if let setting = byName[name] {
                set(setting, to: text, from: name)
            } else if !Self.isForeign(name) {
                problems.append(
                    .init(source: name, path: "", expected: Self.unknown(name, among: byName.keys)))
            }
        }
    }

    mutating func take(flag: String) {
        guard let equals = flag.firstIndex(of: "=") else {
            problems.append(.init(source: "--set", path: flag, expected: "must be PATH=VALUE"))
            return
        }
        let path = String(flag[..<equals])
        guard let setting = Self.byPath[path] else {
            problems.append(
                .init(source: "--set", path: path, expected: Self.unknown(path, among: Self.byPath.keys)))
            return
        }
        set(setting, to: String(flag[flag.index(after: equals)...]), from: "--set")
    }

    private mutating func set(_ setting: Setting, to text: String, from source: String) {
        guard let value = setting.value(from: text) else {
            problems.append(.init(source: source, path: setting.path, expected: setting.expected, got: text))
            return
        }
        set(setting, to: value, from: source)
    }

    private mutating func set(_ setting: Setting, to value: JSONValue, from source: String) {
        guard setting.write(&settings, value) else {
            problems.append(
                .init(source: source, path: setting.path, expected: setting.expected, got: value.compact))
            return
        }
        origin[setting.path] = source
    }

    /// Ranges are checked on the result, so that a flag can mend what the file got wrong.
    func finish() throws(SettingsError) -> Configuration {
        let ranges = settings.problems().map { problem in
            SettingsProblem(
                source: source(of: problem.field), path: problem.field,
                expected: Self.demand(problem.expected),
                got: problem.got)
        }
        // A value of the wrong type was never taken: what its place holds is not what the operator wrote.
        let wrong = Set(problems.map(\.path))
        let all = problems + ranges.filter { !wrong.contains($0.path) }
        guard all.isEmpty else { throw SettingsError(.invalid, all) }
        return settings
    }

    /// The source of the setting, or of the nearest one around or inside it: `tags.a` has that of `tags`.
    private func source(of path: String) -> String? {
        if let exact = origin[path] { return exact }
        return origin.first { path.hasPrefix($0.key + ".") || path.hasPrefix($0.key + "[") }?.value
    }

    private static func demand(_ expected: String) -> String {
        ["must ", "is ", "needs ", "may "].contains(where: expected.hasPrefix)
            ? expected : "must be \(expected)"
    }

    /// Kubernetes gives every pod the addresses of the services of its namespace. Those of a service called
    /// `pixelated` look like settings and are none.
    private static func isForeign(_ name: String) -> Bool {
        name == "PIXELATED_CONFIG"
            || name.wholeMatch(
                of:
                    /PIXELATED_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)/
            )
                != nil
    }

    private static func unknown(_ name: String, among known: some Sequence<String>) -> String {
        let nearest = known.map { ($0, distance($0, name)) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
        guard let nearest, nearest.1 <= max(2, name.utf8.count / 4) else { return "is no setting" }
        return "is no setting: did you mean \(nearest.0)?"
    }

    /// Levenshtein's distance, in bytes.
    private static func distance(_ a: String, _ b: String) -> Int {
        let right = Array(b.utf8)
        var row = Array(0...right.count)
        for (i, left) in a.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in right.indices {
                let substituted = diagonal + (left == right[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
            }
        }
        return row[right.count]
    }
}
