// SPDX-License-Identifier: Apache-2.0

internal import AWS

/// One setting: how it is called, what it is for, and how it gets in and out of `Configuration`.
///
/// The file, the environment, the flags, the example file, `check --show` and the reload all read the one
/// table of these (`Setting.all`), so none of them can know a setting that another does not.
package struct Setting: Sendable {
    /// Dotted path in the file: `queue.waitSeconds`.
    package var path: String
    /// One sentence for people.
    package var help: String
    /// Whether a reload applies a new value to the running daemon.
    package var isReloadable: Bool
    /// What the value must be, should it be of the wrong type.
    var expected: String
    /// Whether a text from environment or command line is the value itself and not JSON.
    var isText: Bool
    /// Whether such a text may also be a list, separated by commas.
    var isList: Bool
    package var read: @Sendable (Configuration) -> JSONValue
    /// False when the value is of the wrong type; nothing has changed then.
    package var write: @Sendable (inout Configuration, JSONValue) -> Bool

    /// `queue.waitSeconds` is `PIXELATED_QUEUE_WAIT_SECONDS` in the environment.
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

    /// Its value for people, without what may be a secret.
    package func shown(in settings: Configuration) -> String {
        let value = read(settings)
        return SettingsRedaction.redacted(Self.withoutExternalIDs(value, called: path).compact)
    }

    /// AWS does not treat external ids as secret; those who agreed on one often do.
    private static func withoutExternalIDs(_ value: JSONValue, called name: String) -> JSONValue {
        switch value {
        case .string where name.hasSuffix("externalID"): .string("…")
        case .object(let members):
            .object(members.map { .init($0.name, withoutExternalIDs($0.value, called: $0.name)) })
        default: value
        }
    }

    /// The value that a text from environment or command line stands for: JSON, or for a setting that takes
    /// text the text itself, or for lists also `8,16,32`. Nil when it is none of these.
    package func value(from text: String) -> JSONValue? {
        if isText { return .string(text) }
        if let value = try? JSONParser.parse(Array(text.utf8)) {
            // A list of one may be given without brackets.
            guard isList, case .number = value else { return value }
            return .array([value])
        }
        guard isList else { return nil }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let trimmed = parts.map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
        return .array(trimmed.map { (try? JSONParser.parse(Array($0.utf8))) ?? .string($0) })
    }
}

/// How a Swift type is written in the file.
protocol SettingValue: Sendable {
    static var expected: String { get }
    static var isText: Bool { get }
    static var isList: Bool { get }
    init?(json: JSONValue)
    var json: JSONValue { get }
}

extension SettingValue {
    static var isText: Bool { false }
    static var isList: Bool { false }
}

extension Int: SettingValue {
    static var expected: String { "must be a whole number" }
    init?(json: JSONValue) {
        guard case .number(let literal) = json, let value = Int(literal) else { return nil }
        self = value
    }
    var json: JSONValue { .number("\(self)") }
}

extension Double: SettingValue {
    static var expected: String { "must be a number" }
    init?(json: JSONValue) {
        guard case .number(let literal) = json, let value = Double(literal), value.isFinite else {
            return nil
        }
        self = value
    }
    var json: JSONValue { .number(Int(exactly: self).map { "\($0)" } ?? "\(self)") }
}

/// In seconds, fractions allowed.
extension Duration: SettingValue {
    static var expected: String { "must be a number of seconds" }
    init?(json: JSONValue) {
        guard let seconds = Double(json: json), abs(seconds) < 1e9 else { return nil }
        self = .milliseconds(Int64(seconds * 1000))
    }
    var json: JSONValue { (Double(components.seconds) + Double(components.attoseconds) / 1e18).json }
}

extension Bool: SettingValue {
    static var expected: String { "must be true or false" }
    init?(json: JSONValue) {
        guard case .bool(let value) = json else { return nil }
        self = value
    }
    var json: JSONValue { .bool(self) }
}

extension String: SettingValue {
    static var expected: String { "must be a text" }
    static var isText: Bool { true }
    init?(json: JSONValue) {
        guard case .string(let value) = json else { return nil }
        self = value
    }
    var json: JSONValue { .string(self) }
}

extension Array: SettingValue where Element: SettingValue {
    static var expected: String { "must be a list, each of which \(Element.expected)" }
    static var isList: Bool { true }
    init?(json: JSONValue) {
        guard case .array(let values) = json else { return nil }
        let elements = values.compactMap(Element.init(json:))
        guard elements.count == values.count else { return nil }
        self = elements
    }
    var json: JSONValue { .array(map(\.json)) }
}

/// Null stands for "not set".
extension Optional: SettingValue where Wrapped: SettingValue {
    static var expected: String { Wrapped.expected + " or null" }
    static var isText: Bool { Wrapped.isText }
    static var isList: Bool { Wrapped.isList }
    init?(json: JSONValue) {
        if json == .null {
            self = .none
            return
        }
        guard let value = Wrapped(json: json) else { return nil }
        self = .some(value)
    }
    var json: JSONValue { self?.json ?? .null }
}

extension Dictionary: SettingValue where Key == String, Value: SettingValue {
    static var expected: String { "must be an object, each value of which \(Value.expected)" }
    init?(json: JSONValue) {
        guard case .object(let members) = json else { return nil }
        var out: [String: Value] = [:]
        for member in members {
            guard let value = Value(json: member.value) else { return nil }
            out[member.name] = value
        }
        self = out
    }
    var json: JSONValue { .object(sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) }) }
}

extension BucketOptions: SettingValue {
    static var expected: String {
        "must be an object of expectedOwner, roleARN, externalID and requesterPays"
    }

    init?(json: JSONValue) {
        guard case .object(let members) = json else { return nil }
        self.init()
        for member in members {
            switch (member.name, member.value) {
            case ("expectedOwner", .string(let text)): expectedOwner = text
            case ("roleARN", .string(let text)): roleARN = text
            case ("externalID", .string(let text)): externalID = text
            case ("requesterPays", .bool(let pays)): requesterPays = pays
            case ("expectedOwner", .null), ("roleARN", .null), ("externalID", .null): break
            default: return nil
            }
        }
    }

    var json: JSONValue {
        .object([
            .init("expectedOwner", expectedOwner.json), .init("roleARN", roleARN.json),
            .init("externalID", externalID.json), .init("requesterPays", requesterPays.json),
        ])
    }
}

extension Setting {
    /// A setting that is one property of `Configuration`, however deep.
    static func property<Value: SettingValue>(
        _ path: String, _ keyPath: any WritableKeyPath<Configuration, Value> & Sendable,
        reloads: Bool = false,
        _ help: String
    ) -> Setting {
        Setting(
            path: path, help: help, isReloadable: reloads, expected: Value.expected, isText: Value.isText,
            isList: Value.isList, read: { $0[keyPath: keyPath].json },
            write: { settings, json in
                guard let value = Value(json: json) else { return false }
                settings[keyPath: keyPath] = value
                return true
            })
    }

    /// A setting whose value is one of a closed set of words.
    static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
        _ path: String, _ keyPath: any WritableKeyPath<Configuration, Value> & Sendable,
        reloads: Bool = false,
        _ help: String
    ) -> Setting {
        let words = Value.allCases.map(\.rawValue)
        return Setting(
            path: path, help: Self.help(help, naming: words), isReloadable: reloads,
            expected: "must be one of \(quoted(words))", isText: true,
            isList: false, read: { .string($0[keyPath: keyPath].rawValue) },
            write: { settings, json in
                guard case .string(let text) = json, let value = Value(rawValue: text) else { return false }
                settings[keyPath: keyPath] = value
                return true
            })
    }

    /// A setting whose value is one of a closed set of words, or null for none of them.
    static func word<Value: RawRepresentable<String> & CaseIterable & Sendable>(
        _ path: String, _ keyPath: any WritableKeyPath<Configuration, Value?> & Sendable, _ help: String
    ) -> Setting {
        let words = Value.allCases.map(\.rawValue)
        return Setting(
            path: path, help: Self.help(help, naming: words), isReloadable: false,
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

    /// A help that does not explain each word by itself ends with all of them.
    private static func help(_ help: String, naming words: [String]) -> String {
        words.allSatisfy { help.contains($0 + ": ") } ? help : "\(help): \(words.joined(separator: ", "))"
    }

    private static func quoted(_ words: [String]) -> String {
        words.map { "\"\($0)\"" }.joined(separator: ", ")
    }
}
