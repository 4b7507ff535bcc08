// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// Hides the secrets of a request in the texts of its response: a server may repeat them in an error, which is
/// logged.
struct Redaction: Sendable {
    /// Secrets of fewer bytes are not hidden: they would match parts of ordinary words.
    private static let minimumBytes = 8

    private let secrets: [Secret]

    init(_ secrets: [Secret]) { self.secrets = secrets }

    /// Hides the secret key and the session token of `credentials`, and `others`.
    init(_ credentials: SigningCredentials?, and others: [Secret] = []) {
        let own = [credentials?.secretAccessKey, credentials?.sessionToken].compactMap(\.self)
        self.init(own + others)
    }

    func adding(_ texts: [String?]) -> Redaction {
        Redaction(secrets + texts.compactMap { $0.map(Secret.init) })
    }

    /// Replaces each secret in `text` by `<secret>`, in plain and in percent-encoded form.
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
