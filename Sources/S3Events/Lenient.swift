// SPDX-License-Identifier: Apache-2.0

/// A decoded value, or the reason why the value could not be decoded. The decoding of a `Lenient` never throws.
struct Lenient<Value: Decodable>: Decodable {
    var value: Value?
    /// The reason why the value could not be decoded; nil when `value` is present.
    var problem: String?

    init(from decoder: any Decoder) {
        do {
            value = try Value(from: decoder)
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context)
        {
            problem = "\(EnvelopeFields.text(of: context.codingPath)) has an unexpected type"
        } catch {
            problem = "not readable"
        }
    }
}
