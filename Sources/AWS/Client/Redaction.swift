// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// The redaction of a request's secrets in the texts of its response. A server can repeat them in an error, which is
/// logged.
struct Redaction: Sendable {
    /// The minimum length of a hidden secret in bytes. Shorter secrets are not hidden, because they would match parts
    /// of ordinary words.
    private static let minimumBytes = 8

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

    /// Returns `text` with each secret, in plain and in percent-encoded form, replaced by `<secret>`.
    func hide(in text: String) -> String {
        var text = text
        for secret in secrets where secret.revealed.utf8.count >= Self.minimumBytes {
            for form in [secret.revealed, PercentEncoding.encode(secret.revealed)] {
                text = text.split(separator: form, omittingEmptySubsequences: false).joined(
                    separator: secret.description)
            }
        }
        return text
    }
}
