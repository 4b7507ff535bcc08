// SPDX-License-Identifier: Apache-2.0

/// A text that must not be logged: interpolation, `print`, `dump` and the summary of a debugger show `<secret>`.
package struct Secret: Sendable, Equatable {
    /// The text itself, for the place where it is used.
    package let revealed: String

    package init(_ text: String) { revealed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
