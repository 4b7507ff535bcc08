// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// JSON to and from bytes.
enum JSON {
    /// Nil when `bytes` are not the JSON of a `Value`.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }

    /// Values made of strings, finite numbers, arrays and structs, which always have a JSON form.
    static func encode(_ value: some Encodable) -> [UInt8] {
        guard let data = try? JSONEncoder().encode(value) else {
            preconditionFailure("\(type(of: value)) has no JSON form")
        }
        return Array(data)
    }
}
