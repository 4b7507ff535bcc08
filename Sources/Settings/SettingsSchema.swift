// SPDX-License-Identifier: Apache-2.0

import Support

/// The JSON Schema of the configuration file, from which editors complete and check the names and values of settings.
///
/// The schema follows from `Setting.all`, and the bounds of numbers from the checks of the options. It accepts every
/// valid configuration file. It also accepts some that are invalid, because it knows no relation between two settings
/// and no form of texts; `pixelated check` finds these.
package enum SettingsSchema {
    /// The name of the member of a configuration file with the address of its schema.
    static let referenceName = "$schema"

    /// The schema (JSON Schema, draft 2020-12).
    package static var json: JSONValue {
        let reference: [JSONValue.Member] =
            String.schema + [.init("description", .string("Address of this schema, for editors."))]
        let root = object(of: Setting.all, depth: 0)
        let properties = root.map { member in
            guard member.name == "properties", case .object(let settings) = member.value else {
                return member
            }
            return .init("properties", .object([.init(referenceName, .object(reference))] + settings))
        }
        return .object(
            [
                .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
                .init("title", .string("Configuration of pixelated")),
            ] + properties)
    }

    /// Returns the schema of the object that contains `settings`, whose paths agree in their first `depth` components.
    private static func object(of settings: [Setting], depth: Int) -> [JSONValue.Member] {
        var names: [String] = []
        var groups: [String: [Setting]] = [:]
        for setting in settings {
            let name = String(setting.path.split(separator: ".")[depth])
            if groups[name] == nil { names.append(name) }
            groups[name, default: []].append(setting)
        }
        let properties = names.map { name in
            let group = groups[name] ?? []
            let isSetting = group.count == 1 && group[0].path.split(separator: ".").count == depth + 1
            return JSONValue.Member(
                name, .object(isSetting ? described(group[0]) : object(of: group, depth: depth + 1)))
        }
        return [
            .init("type", .string("object")), .init("properties", .object(properties)),
            .init("additionalProperties", .bool(false)),
        ]
    }

    private static func described(_ setting: Setting) -> [JSONValue.Member] {
        let defaults = Configuration()
        let reload = setting.isReloadable ? " Reloadable." : ""
        let description = "\(setting.help).\(reload) Environment variable: \(setting.environmentName)"
        // The empty text of a required setting is not a default.
        let isRequired = defaults.missing().contains { $0.path == setting.path }
        return bounded(setting) + [.init("description", .string(description))]
            + (isRequired ? [] : [.init("default", setting.read(defaults))])
    }

    /// Returns the schema of the value of a setting with the bounds of numbers.
    private static func bounded(_ setting: Setting) -> [JSONValue.Member] {
        let schema = setting.schema
        if schema.contains(where: { $0.name == "type" && isNumber($0.value) }) {
            return schema + bounds { (setting, .number($0), setting.path) }
        }
        return schema.map { member in
            guard member.name == "items", case .object(let items) = member.value,
                items.contains(where: { $0.name == "type" && isNumber($0.value) })
            else { return member }
            let bounds = bounds { (setting, .array([.number($0)]), "\(setting.path)[0]") }
            return .init("items", .object(items + bounds))
        }
    }

    private static func isNumber(_ type: JSONValue) -> Bool {
        switch type {
        case .string(let name): name == "integer" || name == "number"
        case .array(let types): types.contains(where: isNumber)
        default: false
        }
    }

    /// Returns the bounds of a number, which are read from the problems of configurations with a number that is too
    /// small or too large. Bounds that depend on other settings are the widest ones.
    ///
    /// - Parameter use: Returns the setting, its value with the number, and the path of the number in problems.
    private static func bounds(
        _ use: (String) -> (setting: Setting, value: JSONValue, path: String)
    ) -> [JSONValue.Member] {
        var found: [ClosedRange<Double>] = []
        for number in ["-1000000000000000", "1000000000000000000"] {
            let (setting, value, path) = use(number)
            for var configuration in extremes where setting.write(&configuration, value) {
                found += configuration.problems().filter { $0.field == path }.compactMap {
                    range($0.expected)
                }
            }
        }
        guard let least = found.map(\.lowerBound).min(), let most = found.map(\.upperBound).max() else {
            return []
        }
        let minimum = JSONValue.Member("minimum", least.json)
        // Numbers of this size stand for no limit.
        return most >= 0x1p62 ? [minimum] : [minimum, .init("maximum", most.json)]
    }

    /// Configurations whose numbers are the defaults, and all as small and as large as the bounds of others depend on
    /// them.
    private static let extremes: [Configuration] = [nil, "0", "1000000"].map { number in
        var configuration = Configuration()
        guard let number else { return configuration }
        for setting in Setting.all where isNumber(setting.schema.first?.value ?? .null) {
            _ = setting.write(&configuration, .number(number))
        }
        return configuration
    }

    /// Returns the range in the text of a problem such as `1...256` or `1 or more`.
    private static func range(_ text: String) -> ClosedRange<Double>? {
        if let match = text.wholeMatch(of: /(-?[0-9.]+?)\.\.\.(-?[0-9.]+)/),
            let least = Double(match.1), let most = Double(match.2), least <= most
        {
            return least...most
        }
        guard let match = text.wholeMatch(of: /(-?[0-9]+) or more/), let least = Double(match.1) else {
            return nil
        }
        return least...Double.greatestFiniteMagnitude
    }
}
