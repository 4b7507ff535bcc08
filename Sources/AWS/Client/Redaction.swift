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

    /// Returns `text` as one line of at most 500 Unicode scalars. Each secret of the request, in plain and in
    /// percent-encoded form, is replaced by `<secret>`, and so is each run of 64 or more hexadecimal digits, which can
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
        let scalars = hidingSignatures(in: hidingSecrets(in: text)).unicodeScalars.prefix(limit)
        return String(String.UnicodeScalarView(scalars.map { Self.isVisible($0) ? $0 : " " }))
    }

    private func hidingSecrets(in text: String) -> String {
        var text = text
        for secret in secrets where secret.revealed.utf8.count >= Self.minimumBytes {
            let encoded = PercentEncoding.encode(secret.revealed)
            for form in [secret.revealed, encoded, Self.lowerCaseEscapes(encoded)] {
                text = text.split(separator: form, omittingEmptySubsequences: false)
                    .joined(separator: Self.replacement)
            }
        }
        return text
    }

    /// Returns the percent-encoded text `text` with escapes in lower-case digits, such as `%2f`.
    private static func lowerCaseEscapes(_ text: String) -> String {
        let parts = text.split(separator: "%", omittingEmptySubsequences: false)
        return
            ([String(parts[0])] + parts.dropFirst().map { "%" + $0.prefix(2).lowercased() + $0.dropFirst(2) })
            .joined()
    }

    private func hidingSignatures(in text: String) -> String {
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
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
