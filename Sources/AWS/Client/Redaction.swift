// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// Hides the secrets that a request carried in what its server says: a server may repeat them in an error,
/// which goes to the log.
struct Redaction: Sendable {
    /// A shorter text is not worth hiding, and may be a part of any word.
    private static let shortest = 8

    private let secrets: [Secret]

    init(_ secrets: [Secret]) { self.secrets = secrets }

    init(_ credentials: SigningCredentials?, and others: [Secret] = []) {
        let own = [credentials?.secretAccessKey, credentials?.sessionToken].compactMap(\.self)
        self.init(own + others)
    }

    func adding(_ texts: [String?]) -> Redaction {
        Redaction(secrets + texts.compactMap { $0.map(Secret.init) })
    }

    /// `text` with `<secret>` in the place of each of them, as it is and as it looks in a URL or a form.
    func hide(in text: String) -> String {
        var text = text
        for secret in secrets where secret.revealed.utf8.count >= Self.shortest {
            for form in [secret.revealed, PercentEncoding.encode(secret.revealed)] {
                text = text.split(separator: form, omittingEmptySubsequences: false).joined(
                    separator: secret.description)
            }
        }
        return text
    }
}
