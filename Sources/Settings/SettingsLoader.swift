// SPDX-License-Identifier: Apache-2.0

import Support

/// The merge of settings from several sources. They are applied in the order of increasing precedence.
struct SettingsLoader {
    private var settings = Configuration()
    private var problems: [SettingsProblem] = []
    /// The source of the current value of each setting by its path; settings with their defaults have no entry.
    private var origins: [String: SettingOrigin] = [:]

    private static let byPath: [String: Setting] = Dictionary(
        uniqueKeysWithValues: Setting.all.map { ($0.path, $0) })

    /// Applies the settings of a configuration file. Invalid settings become problems, which `finish` throws.
    mutating func take(_ json: JSONValue, file: String) {
        guard case .object(let members) = json else {
            problems.append(
                .init(source: file, path: "", expected: "must be a JSON object", got: json.compact))
            return
        }
        take(members.filter { !isSchemaReference($0, file: file) }, prefix: "", file: file)
    }

    /// Returns true for the member `$schema`, from which editors know the schema of the file. It is no setting.
    private mutating func isSchemaReference(_ member: JSONValue.Member, file: String) -> Bool {
        guard member.name == SettingsSchema.referenceName else { return false }
        if case .string = member.value { return true }
        problems.append(
            .init(
                source: "\(file):\(member.line)", path: member.name, expected: String.expected,
                got: member.value.compact))
        return true
    }

    private mutating func take(_ members: [JSONValue.Member], prefix: String, file: String) {
        for member in members {
            let path = prefix + member.name
            let place = SettingOrigin.file(file, line: member.line)
            if let setting = Self.byPath[path] {
                set(setting, to: member.value, from: place)
            } else if Self.byPath.keys.contains(where: { $0.hasPrefix(path + ".") }) {
                guard case .object(let inner) = member.value else {
                    problems.append(
                        .init(
                            source: "\(place)", path: path, expected: "must be an object",
                            got: member.value.compact))
                    continue
                }
                take(inner, prefix: path + ".", file: file)
            } else {
                problems.append(
                    .init(source: "\(place)", path: path, expected: UnknownSetting.message(path)))
            }
        }
    }

    /// Applies the environment variables whose names begin with `PIXELATED_`.
    mutating func take(environment: [String: String]) {
        let byName = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.environmentName, $0) })
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("PIXELATED_") {
            if let setting = byName[name] {
                set(setting, to: text, from: .environment(name))
            } else if !Self.isForeign(name) {
                problems.append(
                    .init(source: name, path: "", expected: UnknownSetting.message(name, isVariable: true)))
            }
        }
    }

    /// Applies one `path=value` argument of the command line.
    mutating func take(flag: String) {
        guard let equals = flag.firstIndex(of: "=") else {
            problems.append(.init(source: "--set", path: flag, expected: "must be PATH=VALUE"))
            return
        }
        let path = String(flag[..<equals])
        guard let setting = Self.byPath[path] else {
            problems.append(
                .init(source: "--set", path: path, expected: UnknownSetting.message(path)))
            return
        }
        set(setting, to: String(flag[flag.index(after: equals)...]), from: .flag)
    }

    private mutating func set(_ setting: Setting, to text: String, from source: SettingOrigin) {
        guard let value = setting.value(from: text) else {
            problems.append(
                .init(source: "\(source)", path: setting.path, expected: setting.expected, got: text))
            return
        }
        set(setting, to: value, from: source)
    }

    private mutating func set(_ setting: Setting, to value: JSONValue, from source: SettingOrigin) {
        guard setting.write(&settings, value) else {
            problems.append(
                .init(
                    source: "\(source)", path: setting.path, expected: setting.expected, got: value.compact))
            return
        }
        origins[setting.path] = source
    }

    /// Checks the merged settings and returns them with the problems of all sources and values. An invalid value that a
    /// source of higher precedence has replaced is no problem.
    func finish() -> MergedSettings {
        let ranges = settings.problems().map { problem in
            SettingsProblem(
                source: source(of: problem.field), path: problem.field,
                expected: Self.sentence(problem.expected),
                got: problem.got)
        }
        // A value of the wrong type has not been stored, so the stored one must not be reported as well.
        let wrong = Set(problems.map(\.path))
        return MergedSettings(
            configuration: settings, origins: origins,
            problems: problems + ranges.filter { !wrong.contains($0.path) })
    }

    /// Returns the source of the value of the setting `path`, or nil when the value is a default. A path inside a
    /// setting, such as `output.tags.a`, has the source of that setting.
    private func source(of path: String) -> String? {
        let origin = origins.first {
            path == $0.key || path.hasPrefix($0.key + ".") || path.hasPrefix($0.key + "[")
        }
        return origin.map { "\($0.value)" }
    }

    /// Returns the valid values of an option as a predicate: `must be 1...256` for `1...256`.
    private static func sentence(_ expected: String) -> String {
        ["must ", "is ", "needs ", "may "].contains(where: expected.hasPrefix)
            ? expected : "must be \(expected)"
    }

    /// Returns true when the environment variable `name` begins with `PIXELATED_` but is not a setting. Kubernetes sets
    /// variables such as `PIXELATED_SERVICE_HOST` in every pod when the namespace has a service called `pixelated`.
    private static func isForeign(_ name: String) -> Bool {
        name == "PIXELATED_CONFIG"
            || name.wholeMatch(
                of:
                    /PIXELATED_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)/
            )
                != nil
    }
}
