// SPDX-License-Identifier: Apache-2.0

/// The redaction of secrets in the values of settings.
package enum SettingsRedaction {
    /// Returns `text` without secrets (`withoutSecrets`), and at most its first 200 characters.
    package static func redacted(_ text: String) -> String {
        let out = withoutSecrets(text)
        return out.count > 200 ? String(out.prefix(200)) + "…" : out
    }

    /// Returns `text` with possible secrets replaced by `…`: the user information of a URL, the query of a URL (which
    /// can contain a signature), and every text with the length and characters of an AWS secret access key.
    static func withoutSecrets(_ text: String) -> String {
        var out = text
        if let scheme = out.firstRange(of: "://") {
            // A password can have any character, although some should be percent-encoded.
            if let at = out[scheme.upperBound...].lastIndex(of: "@") {
                out.replaceSubrange(scheme.upperBound..<at, with: "…")
            }
            if let query = out.firstIndex(of: "?") {
                out.replaceSubrange(out.index(after: query)..., with: "…")
            }
        }
        return out.replacing(/[A-Za-z0-9\/+]{40,}={0,2}/) { match in
            let run = match.output
            let kinds = [
                run.contains(where: \.isUppercase), run.contains(where: \.isLowercase),
                run.contains(where: \.isNumber),
            ]
            return kinds.allSatisfy(\.self) ? "…" : String(run)
        }
    }
}
