// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The conversion between Swift values and JSON as bytes.
enum JSON {
    /// Decodes a value from the JSON text `bytes`, or returns nil when the text is not JSON of the type `Value`.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }

    /// Encodes a value, which consists of strings, finite numbers, arrays and structs, as the UTF-8 bytes of its JSON.
    /// Any other value is a programming error.
    static func encode(_ value: some Encodable) -> [UInt8] {
        guard let data = try? JSONEncoder().encode(value) else {
            preconditionFailure("\(type(of: value)) has no JSON form")
        }
        return Array(data)
    }
}
