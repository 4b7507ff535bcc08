// SPDX-License-Identifier: Apache-2.0

/// Keeps secrets that were put in the wrong place out of messages.
package enum SettingsRedaction {
    /// Replaces what may be a secret: the user part of a URL, the query of a URL (a signature may be in it),
    /// and anything of the shape of an AWS secret key.
    package static func redacted(_ text: String) -> String {
        var out = text
        if let scheme = out.firstRange(of: "://") {
            let rest = out[scheme.upperBound...]
            let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "\"" }
            if let at = authority.lastIndex(of: "@") {
                out.replaceSubrange(scheme.upperBound..<at, with: "…")
            }
            if let query = out.firstIndex(of: "?") {
                out.replaceSubrange(out.index(after: query)..., with: "…")
            }
        }
        out = out.replacing(/[A-Za-z0-9\/+]{40,}={0,2}/) { match in
            let run = match.output
            let kinds = [
                run.contains(where: \.isUppercase), run.contains(where: \.isLowercase),
                run.contains(where: \.isNumber),
            ]
            return kinds.allSatisfy(\.self) ? "…" : String(run)
        }
        return out.count > 200 ? String(out.prefix(200)) + "…" : out
    }
}
