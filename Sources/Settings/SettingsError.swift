// SPDX-License-Identifier: Apache-2.0

/// The error of an unusable configuration, with all of its problems.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// The configuration file cannot be read.
        case unreadable
        /// The configuration file is not JSON.
        case malformed
        /// Settings are unknown, missing, of the wrong type or out of range.
        case invalid
    }

    package var kind: Kind
    package var problems: [SettingsProblem]

    package init(_ kind: Kind, _ problems: [SettingsProblem]) {
        self.kind = kind
        self.problems = problems
    }

    /// The problems, one in each line.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
