// SPDX-License-Identifier: Apache-2.0

/// One setting: its path, its help text, and the conversion between JSON and a property of `Configuration`.
///
/// The configuration file, the environment, the command line, the example file, the schema and the reload all use the
/// table `Setting.all`, so that each of them supports every setting.
package struct Setting: Sendable {
    /// The dotted path of the setting in the configuration file, such as `queue.waitSeconds`.
    package var path: String
    /// The help text of the setting, one line without a full stop.
    package var help: String
    /// True when a reload of the configuration applies a new value to the running daemon; false when that needs a
    /// restart.
    package var isReloadable: Bool
    /// The JSON Schema of a value of the setting without its description, its default and its bounds.
    var schema: [JSONValue.Member]
    /// The predicate of the error text for a value of the wrong type, such as `must be a whole number`.
    var expected: String
    /// True when a text from the environment or the command line is the value itself and not JSON.
    var isText: Bool
    /// True when a text from the environment or the command line can also be a list separated by commas.
    var isList: Bool
    /// The function that returns the value of the setting in a configuration.
    package var read: @Sendable (Configuration) -> JSONValue
    /// The function that stores a value of the setting in a configuration. It returns false, and changes nothing, when
    /// the value is of the wrong type.
    package var write: @Sendable (inout Configuration, JSONValue) -> Bool

    /// The name of the environment variable of the setting, such as `PIXELATED_QUEUE_WAIT_SECONDS` for
    /// `queue.waitSeconds`.
    package var environmentName: String {
        var out = "PIXELATED_"
        var wasLower = false
        for scalar in path.unicodeScalars {
            if scalar == "." {
                out += "_"
                wasLower = false
                continue
            }
            if wasLower && scalar.properties.isUppercase { out += "_" }
            wasLower = !scalar.properties.isUppercase
            out += String(scalar).uppercased()
        }
        return out
    }

    /// Returns the value of the setting in `settings` as JSON on one line, with possible secrets replaced by `…`.
    package func shown(in settings: Configuration) -> String {
        SettingsRedaction.redacted(Self.withoutExternalIDs(read(settings), called: path).compact)
    }

    /// Returns the value of the setting in `settings`, with possible secrets replaced by `…`.
    package func redactedValue(in settings: Configuration) -> JSONValue {
        Self.withoutSecrets(Self.withoutExternalIDs(read(settings), called: path))
    }

    private static func withoutSecrets(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(SettingsRedaction.withoutSecrets(text))
        case .array(let elements): .array(elements.map(withoutSecrets))
        case .object(let members): .object(members.map { .init($0.name, withoutSecrets($0.value)) })
        case .null, .bool, .number: value
        }
    }

    /// Returns `value` with external ids (`sts:ExternalId`) replaced by `…`. AWS does not treat external ids as
    /// secrets, but many organisations do.
    private static func withoutExternalIDs(_ value: JSONValue, called name: String) -> JSONValue {
        switch value {
        case .string where name.hasSuffix("externalID"): .string("…")
        case .object(let members):
            .object(members.map { .init($0.name, withoutExternalIDs($0.value, called: $0.name)) })
        default: value
        }
    }

    /// Returns true when `path` is the path of the setting or of a section that contains it.
    package func isBelow(_ path: String) -> Bool { self.path == path || self.path.hasPrefix(path + ".") }

    /// Returns the error text for a path that no setting and no section has, with a similar setting as a hint.
    package static func problem(ofUnknown path: String) -> String { UnknownSetting.message(path) }

    /// Converts a text from the environment or the command line to a value of the setting, or returns nil when the text
    /// is invalid. For a setting of type text, the text is the value itself; for any other it is JSON. A list can also
    /// be written without brackets, for example `8,16,32`.
    package func value(from text: String) -> JSONValue? {
        if isText { return .string(text) }
        if let value = try? JSONParser.parse(Array(text.utf8)) {
            guard isList, case .number = value else { return value }
            return .array([value])
        }
        guard isList else { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let trimmed = parts.map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
        return .array(trimmed.map { (try? JSONParser.parse(Array($0.utf8))) ?? .string($0) })
    }
}

extension Setting {
    /// Returns a setting for one property of `Configuration`, at any depth.
    static func property<Value: SettingValue>(
        _ path: String, _ keyPath: any WritableKeyPath<Configuration, Value> & Sendable,
        reloads: Bool = false,
        _ help: String, schema: [JSONValue.Member] = Value.schema
    ) -> Setting {
        Setting(
            path: path, help: help, isReloadable: reloads, schema: schema, expected: Value.expected,
            isText: Value.isText,
            isList: Value.isList, read: { $0[keyPath: keyPath].json },
            write: { settings, json in
                guard let value = Value(json: json) else { return false }
                settings[keyPath: keyPath] = value
                return true
            })
    }

    /// Returns a setting for a property whose values are the cases of an enumeration.
    static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
        _ path: String, _ keyPath: any WritableKeyPath<Configuration, Value> & Sendable,
        reloads: Bool = false,
        _ help: String
    ) -> Setting {
        let words = Value.allCases.map(\.rawValue)
        return Setting(
            path: path, help: Self.help(help, naming: words), isReloadable: reloads,
            schema: Self.oneOf(words), expected: "must be one of \(quoted(words))", isText: true,
            isList: false, read: { .string($0[keyPath: keyPath].rawValue) },
            write: { settings, json in
                guard case .string(let text) = json, let value = Value(rawValue: text) else { return false }
                settings[keyPath: keyPath] = value
                return true
            })
    }

    /// Returns a setting for a property whose value is a list of different elements, each of which has a name.
    static func choices<Value: Equatable & Sendable>(
        _ path: String, _ keyPath: any WritableKeyPath<Configuration, [Value]> & Sendable,
        of values: [Value], named name: @escaping @Sendable (Value) -> String, _ help: String
    ) -> Setting {
        let words = values.map(name)
        return Setting(
            path: path, help: Self.help(help, naming: words), isReloadable: false,
            schema: [
                .init("type", .string("array")), .init("items", .object(Self.oneOf(words))),
                .init("uniqueItems", .bool(true)),
            ],
            expected: "must be a list of different elements of \(quoted(words))", isText: false, isList: true,
            read: { .array($0[keyPath: keyPath].map { .string(name($0)) }) },
            write: { settings, json in
                guard case .array(let elements) = json else { return false }
                var chosen: [Value] = []
                for element in elements {
                    guard case .string(let text) = element,
                        let value = values.first(where: { name($0) == text }), !chosen.contains(value)
                    else { return false }
                    chosen.append(value)
                }
                settings[keyPath: keyPath] = chosen
                return true
            })
    }

    /// Returns a setting for a property whose values are the cases of an enumeration, or null.
    static func optionalChoice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
        _ path: String, _ keyPath: any WritableKeyPath<Configuration, Value?> & Sendable, _ help: String
    ) -> Setting {
        let words = Value.allCases.map(\.rawValue)
        return Setting(
            path: path, help: Self.help(help, naming: words), isReloadable: false,
            schema: [.init("enum", .array(words.map(JSONValue.string) + [.null]))],
            expected: "must be one of \(quoted(words)), or null",
            isText: true, isList: false,
            read: { $0[keyPath: keyPath].map { .string($0.rawValue) } ?? .null },
            write: { settings, json in
                switch json {
                case .null: settings[keyPath: keyPath] = nil
                case .string(let text):
                    guard let value = Value(rawValue: text) else { return false }
                    settings[keyPath: keyPath] = value
                default: return false
                }
                return true
            })
    }

    /// Returns the help text with the valid values `words` appended, unless the text explains each of them as `word:
    /// ...`.
    private static func help(_ help: String, naming words: [String]) -> String {
        words.allSatisfy { help.contains($0 + ": ") } ? help : "\(help): \(words.joined(separator: ", "))"
    }

    /// Returns the JSON Schema of a text that is one of `words`.
    static func oneOf(_ words: [String]) -> [JSONValue.Member] {
        [.init("enum", .array(words.map(JSONValue.string)))]
    }

    private static func quoted(_ words: [String]) -> String {
        words.map { "\"\($0)\"" }.joined(separator: ", ")
    }
}
