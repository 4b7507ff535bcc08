// SPDX-License-Identifier: Apache-2.0

package import AWS
internal import FoundationEssentials
internal import Support

/// The message attributes of a dead letter, which have the reason of the failure.
///
/// The body of a dead letter is that of the message that failed, so that it is an ordinary event again when SQS moves
/// it back to the source queue (StartMessageMoveTask). A move keeps the attributes.
package enum QuarantineAttributes: String, CaseIterable {
    /// The kind of the error.
    case error = "pixelated-error"
    case errorCode = "pixelated-error-code"
    /// The description of the error in one sentence.
    case reason = "pixelated-reason"
    /// The source in the form `s3://bucket/key`.
    case object = "pixelated-object"
    /// The quarantine record as JSON, without the body.
    case record = "pixelated-record"

    /// The maximum length of a readable attribute in bytes. An object key has at most 1024.
    private static let maximumBytes = 2048

    /// Returns the attributes of a dead letter with the body of `record`.
    static func attributes(of record: QuarantineRecord) throws -> [String: MessageAttribute] {
        let object = record.key.map { "s3://\(record.bucket ?? "")/\($0)" }
        let texts: [(name: Self, text: String?)] = [
            (.error, record.error), (.errorCode, record.errorCode), (.reason, record.reason),
            (.object, object),
        ]
        var attributes = try shortAttributes(of: record.truncated(toBodyBytes: 0))
        for (name, text) in texts {
            // SQS refuses an empty value.
            guard let text, !text.isEmpty else { continue }
            attributes[name.rawValue] = MessageAttribute(
                text.truncated(toBytes: maximumBytes).withoutForbiddenCharacters)
        }
        return attributes
    }

    /// Returns the attribute with the quarantine record `record`, which has no body.
    static func shortAttributes(of record: QuarantineRecord) throws -> [String: MessageAttribute] {
        [Self.record.rawValue: MessageAttribute(try record.json())]
    }

    /// Returns true when `name` is the name of an attribute that this or another version of the program sets.
    static func isOwn(_ name: String) -> Bool { name.hasPrefix("pixelated-") }

    /// Returns the quarantine record in the attributes of a message, without its body; nil when there is none, or when
    /// it is that of another body.
    package static func record(
        in attributes: [String: MessageAttribute], of body: String
    ) -> QuarantineRecord? {
        guard let json = attributes[record.rawValue]?.text,
            let found = try? JSONDecoder().decode(QuarantineRecord.self, from: Data(json.utf8)),
            found.body.isEmpty, found.bodyBytes == body.utf8.count
        else { return nil }
        return found
    }
}

extension String {
    /// True when the text can be the body of a message (API reference of SendMessage).
    var isMessageBody: Bool { !isEmpty && unicodeScalars.allSatisfy(\.isAllowedInMessages) }

    /// The text with each character that SQS refuses replaced by `?`, and each other control character as well.
    fileprivate var withoutForbiddenCharacters: String {
        let text = withoutControlCharacters
        guard !text.isMessageBody else { return text }
        return String(UnicodeScalarView(text.unicodeScalars.map { $0.isAllowedInMessages ? $0 : "?" }))
    }
}

extension Unicode.Scalar {
    /// True for the characters that SQS accepts: #x9, #xA, #xD, #x20 to #xD7FF, #xE000 to #xFFFD and #x10000 to
    /// #x10FFFF (API reference of SendMessage).
    fileprivate var isAllowedInMessages: Bool {
        switch value {
        case 0x9, 0xA, 0xD, 0x20...0xFFFD, 0x10000...: true
        default: false
        }
    }
}
