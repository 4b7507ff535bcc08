// SPDX-License-Identifier: Apache-2.0

/// A decoded value, or the reason for which it could not be decoded. Its own decoding never throws.
struct Lenient<Value: Decodable>: Decodable {
    var value: Value?
    /// The reason, when `value` is nil.
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
