// SPDX-License-Identifier: Apache-2.0

/// Text that must not be seen: interpolation, `print`, `dump` and a debugger's summary show `<secret>`.
package struct Secret: Sendable, Equatable {
    /// The text itself. Ask for it only where it is used.
    package let revealed: String

    package init(_ text: String) { revealed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
