// SPDX-License-Identifier: Apache-2.0

/// An attribute of a message that its sender has set: a type and a text or bytes (SQS API Reference,
/// MessageAttributeValue). Attributes survive the moves of a message between queues.
package struct MessageAttribute: Sendable, Equatable, Codable {
    /// The type, such as `String`, `Number` or `Binary`, with a label of the sender behind a period.
    package let dataType: String
    /// The value of a text or a number; nil for bytes.
    package let text: String?
    /// The value of bytes in Base64; nil for a text or a number.
    package let base64: String?

    /// The maximum number of attributes of a message (Amazon SQS Developer Guide, message attributes).
    package static let limit = 10

    enum CodingKeys: String, CodingKey {
        case dataType = "DataType"
        case text = "StringValue"
        case base64 = "BinaryValue"
    }

    /// Makes an attribute of type `String`.
    ///
    /// - Parameter text: the value, which must not be empty, and may have only the characters of a message body.
    package init(_ text: String) {
        (dataType, self.text, base64) = ("String", text, nil)
    }

    /// The number of bytes that the attribute adds to the size of its message.
    ///
    /// - Parameter name: the name of the attribute, which counts as well.
    package func size(named name: String) -> Int {
        name.utf8.count + dataType.utf8.count + (text?.utf8.count ?? 0) + (base64?.utf8.count ?? 0) / 4 * 3
    }
}
