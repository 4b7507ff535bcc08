// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4
import Support

/// The cleaning of the texts that a server sends, before they become part of an error or a log line: they contain no
/// secret of the request, no signature and no control character, and their length is bounded.
struct Redaction: Sendable {
    /// The minimum length of a hidden secret in bytes. Shorter secrets are not hidden, because they would match parts
    /// of ordinary words.
    private static let minimumBytes = 8
    /// The number of hexadecimal digits of a signature, which is an HMAC-SHA256.
    private static let signatureDigits = 64
    /// The maximum length of a cleaned text in Unicode scalars.
    private static let maxLength = 500
    /// The maximum length of a cleaned request id in Unicode scalars. The ids of S3 have at most 76 characters.
    private static let maxIdentifierLength = 128
    private static let replacement = "<secret>"

    private let secrets: [Secret]

    init(_ secrets: [Secret]) { self.secrets = secrets }

    /// Makes a redaction of the secret access key and the session token of `credentials`, and of the secrets `others`.
    init(_ credentials: SigningCredentials?, and others: [Secret] = []) {
        let own = [credentials?.secretAccessKey, credentials?.sessionToken].compactMap(\.self)
        self.init(own + others)
    }

    func adding(_ texts: [String?]) -> Redaction {
        Redaction(secrets + texts.compactMap { $0.map(Secret.init) })
    }

    /// Returns `text` as one line of at most 500 Unicode scalars. Each secret of the request is replaced by `<secret>`,
    /// in plain form and in every percent-encoded form, and so is each run of 64 or more hexadecimal digits, which can
    /// be the signature of this request or of another one. Control characters and invisible ones that change the order
    /// or the line of a text are replaced by spaces.
    func clean(_ text: String) -> String { cleaned(text, Self.maxLength) }

    /// Returns the request id `text`, cleaned in the same way but with at most 128 Unicode scalars; nil when it is
    /// empty.
    func cleanIdentifier(_ text: String) -> String? {
        let id = cleaned(text, Self.maxIdentifierLength)
        return id.isEmpty ? nil : id
    }

    private func cleaned(_ text: String, _ limit: Int) -> String {
        let hidden = hidingSignatures(in: hidingSecrets(in: text))
        // Most texts are request ids, which stay as they are.
        let isPlain = hidden.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
        if isPlain, hidden.utf8.count <= limit { return hidden }
        let scalars = hidden.unicodeScalars.prefix(limit)
        return String(String.UnicodeScalarView(scalars.map { Self.isVisible($0) ? $0 : " " }))
    }

    private func hidingSecrets(in text: String) -> String {
        secrets.filter { $0.revealed.utf8.count >= Self.minimumBytes }.reduce(text) { text, secret in
            // No form of a secret is shorter than the secret, and most texts are request ids, which are short.
            guard text.utf8.count >= secret.revealed.utf8.count else { return text }
            let secret = Array(secret.revealed.utf8)
            // Bytes and not characters, because a mark behind a secret would be one character with its last letter.
            var rest = Array(text.utf8)[...]
            var out: [UInt8] = []
            while let first = rest.first {
                if let end = Self.end(of: secret, at: rest) {
                    out += Self.replacement.utf8
                    rest = rest[end...]
                } else {
                    out.append(first)
                    rest = rest.dropFirst()
                }
            }
            return String(decoding: out, as: UTF8.self)
        }
    }

    /// Returns the end of `secret` when `text` begins with it, in plain form or with any of its bytes percent-encoded
    /// any number of times; otherwise nil.
    private static func end(of secret: [UInt8], at text: ArraySlice<UInt8>) -> Int? {
        if text.starts(with: secret) { return text.startIndex + secret.count }
        var rest = text
        for byte in secret {
            guard let (decoded, end) = decodedByte(at: rest), decoded == byte else { return nil }
            rest = rest[end...]
        }
        return rest.startIndex
    }

    /// Returns the first byte of `text`, decoded until it is no escape, and the end of what encodes it; nil when `text`
    /// is empty.
    private static func decodedByte(at text: ArraySlice<UInt8>) -> (byte: UInt8, end: Int)? {
        guard var byte = text.first else { return nil }
        var end = text.startIndex + 1
        // An encoded percent sign can begin an escape itself, as in `%252F`.
        while byte == UInt8(ascii: "%"), end + 2 <= text.endIndex,
            let high = Hex.value(ofDigit: text[end]), let low = Hex.value(ofDigit: text[end + 1])
        {
            byte = high << 4 | low
            end += 2
        }
        return (byte, end)
    }

    private func hidingSignatures(in text: String) -> String {
        guard text.utf8.count >= Self.signatureDigits else { return text }
        var out: [UInt8] = []
        var digits: [UInt8] = []
        func endDigits() {
            out += digits.count < Self.signatureDigits ? digits : Array(Self.replacement.utf8)
            digits = []
        }
        for byte in text.utf8 {
            if Hex.value(ofDigit: byte) != nil {
                digits.append(byte)
            } else {
                endDigits()
                out.append(byte)
            }
        }
        endDigits()
        return String(decoding: out, as: UTF8.self)
    }

    /// Returns false for control and format characters, among them those that change the direction of a text, and for
    /// the line and paragraph separators.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
