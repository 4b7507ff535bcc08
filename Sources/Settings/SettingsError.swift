// SPDX-License-Identifier: Apache-2.0

/// Why there is no usable configuration: everything that is wrong with it, at once.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// The file cannot be read.
        case unreadable
        /// The file is not JSON.
        case malformed
        /// Configuration are unknown, of the wrong type or out of range.
        case invalid
    }

    package var kind: Kind
    package var problems: [SettingsProblem]

    package init(_ kind: Kind, _ problems: [SettingsProblem]) {
        self.kind = kind
        self.problems = problems
    }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One wrong setting: where it came from, its path, what is allowed and what was found.
package struct SettingsProblem: Sendable, Equatable, CustomStringConvertible {
    /// `config.json:12`, `PIXELATED_QUEUE_URL` or `--set`; nil for a setting that was given nowhere.
    package var source: String?
    /// Dotted, as in the file; empty for the file as a whole.
    package var path: String
    package var expected: String
    package var got: String?

    package init(source: String?, path: String, expected: String, got: String? = nil) {
        self.source = source
        self.path = path
        self.expected = expected
        self.got = got
    }

    package var description: String {
        let place = [source, path.isEmpty ? nil : path].compactMap(\.self).map { $0 + ": " }.joined()
        return place + expected + (got.map { " (got \(SettingsRedaction.redacted($0)))" } ?? "")
    }
}
