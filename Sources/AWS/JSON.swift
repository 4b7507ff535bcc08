// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Conversions between JSON and bytes.
enum JSON {
    /// Decodes a value; nil when `bytes` are not the JSON of a `Value`.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }

    /// Encodes a value of strings, finite numbers, arrays and structs. Other values are programming errors.
    static func encode(_ value: some Encodable) -> [UInt8] {
        guard let data = try? JSONEncoder().encode(value) else {
            preconditionFailure("\(type(of: value)) has no JSON form")
        }
        return Array(data)
    }
}
