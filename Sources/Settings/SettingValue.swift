// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Pixelation

/// A type of the value of a setting, with the conversion from and to JSON.
protocol SettingValue: Sendable {
    /// The predicate of the error text for a JSON value of the wrong type, such as `must be a whole number`.
    static var expected: String { get }
    /// The JSON Schema of the values.
    static var schema: [JSONValue.Member] { get }
    /// True when a text from the environment or the command line is the value itself and not JSON.
    static var isText: Bool { get }
    /// True when a text from the environment or the command line can be a list separated by commas.
    static var isList: Bool { get }
    /// Converts a JSON value to this type. The result is nil when the JSON value is of the wrong type.
    init?(json: JSONValue)
    var json: JSONValue { get }
}

extension SettingValue {
    static var isText: Bool { false }
    static var isList: Bool { false }
    /// Returns the JSON Schema of all values of a JSON type, such as `integer`.
    fileprivate static func schema(of type: String) -> [JSONValue.Member] { [.init("type", .string(type))] }
}

extension Int: SettingValue {
    static var expected: String { "must be a whole number" }
    static var schema: [JSONValue.Member] { schema(of: "integer") }
    init?(json: JSONValue) {
        guard case .number(let literal) = json, let value = Int(literal) else { return nil }
        self = value
    }
    var json: JSONValue { .number("\(self)") }
}

extension Double: SettingValue {
    static var expected: String { "must be a number" }
    static var schema: [JSONValue.Member] { schema(of: "number") }
    init?(json: JSONValue) {
        guard case .number(let literal) = json, let value = Double(literal), value.isFinite else {
            return nil
        }
        self = value
    }
    var json: JSONValue { .number(Int(exactly: self).map { "\($0)" } ?? "\(self)") }
}

extension Bool: SettingValue {
    static var expected: String { "must be true or false" }
    static var schema: [JSONValue.Member] { schema(of: "boolean") }
    init?(json: JSONValue) {
        guard case .bool(let value) = json else { return nil }
        self = value
    }
    var json: JSONValue { .bool(self) }
}

extension String: SettingValue {
    static var expected: String { "must be a text" }
    static var schema: [JSONValue.Member] { schema(of: "string") }
    static var isText: Bool { true }
    init?(json: JSONValue) {
        guard case .string(let value) = json else { return nil }
        self = value
    }
    var json: JSONValue { .string(self) }
}

extension Array: SettingValue where Element: SettingValue {
    static var expected: String { "must be a list, each of which \(Element.expected)" }
    static var schema: [JSONValue.Member] { schema(of: "array") + [.init("items", .object(Element.schema))] }
    static var isList: Bool { true }
    init?(json: JSONValue) {
        guard case .array(let values) = json else { return nil }
        let elements = values.compactMap(Element.init(json:))
        guard elements.count == values.count else { return nil }
        self = elements
    }
    var json: JSONValue { .array(map(\.json)) }
}

/// The conversion of optional values: JSON `null` is the value nil.
extension Optional: SettingValue where Wrapped: SettingValue {
    static var expected: String { Wrapped.expected + " or null" }
    static var schema: [JSONValue.Member] {
        Wrapped.schema.map { member in
            guard member.name == "type" else { return member }
            return .init("type", .array([member.value, .string("null")]))
        }
    }
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
    static var schema: [JSONValue.Member] {
        schema(of: "object") + [.init("additionalProperties", .object(Value.schema))]
    }
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
        "must be an object of expectedOwner, roleARN, externalID, requesterPays and accessPoint"
    }

    static var schema: [JSONValue.Member] {
        let texts = ["expectedOwner", "roleARN", "externalID", "accessPoint"]
        let properties: [JSONValue.Member] =
            texts.map { .init($0, .object(String?.schema)) } + [.init("requesterPays", .object(Bool.schema))]
        return schema(of: "object") + [
            .init("properties", .object(properties)), .init("additionalProperties", .bool(false)),
        ]
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
            case ("accessPoint", .string(let text)): accessPoint = text
            case ("expectedOwner", .null), ("roleARN", .null), ("externalID", .null), ("accessPoint", .null):
                break
            default: return nil
            }
        }
    }

    var json: JSONValue {
        let point = accessPoint.map { [JSONValue.Member("accessPoint", .string($0))] } ?? []
        return .object(
            [
                .init("expectedOwner", expectedOwner.json), .init("roleARN", roleARN.json),
                .init("externalID", externalID.json), .init("requesterPays", requesterPays.json),
            ] + point)
    }
}

extension BackgroundColor: SettingValue {
    static var expected: String { "must be a colour such as #ffffff" }
    static var schema: [JSONValue.Member] {
        schema(of: "string") + [.init("pattern", .string("^#[0-9a-fA-F]{6}$"))]
    }
    static var isText: Bool { true }
    init?(json: JSONValue) {
        guard case .string(let text) = json else { return nil }
        self.init(text)
    }
    var json: JSONValue { .string("\(self)") }
}
