// SPDX-License-Identifier: Apache-2.0

import Support

/// The problem of one setting: its source, its path, the valid values and the value that was found.
package struct SettingsProblem: Sendable, Equatable, CustomStringConvertible {
    /// The source of the value: `config.json:12`, `PIXELATED_QUEUE_URL` or `--set`; nil for a setting without a value.
    package var source: String?
    /// The dotted path of the setting in the configuration file; empty when the problem concerns the whole file.
    package var path: String
    /// The requirement as a predicate, such as `must be a whole number`.
    package var expected: String
    /// The value that was found, with any secrets; nil when there is none.
    package var got: String?

    package init(source: String?, path: String, expected: String, got: String? = nil) {
        self.source = source
        self.path = path
        self.expected = expected
        self.got = got
    }

    /// The problem on one line, without secrets and control characters: `config.json:3: log.level: must be ... (got
    /// "loud")`.
    package var description: String {
        let place = [source, path.isEmpty ? nil : path].compactMap(\.self).map { $0 + ": " }.joined()
        let found = got.map { " (got \(SettingsRedaction.redacted($0)))" } ?? ""
        return (place + expected + found).withoutControlCharacters
    }
}
