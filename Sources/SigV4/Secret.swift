// SPDX-License-Identifier: Apache-2.0

/// A text that must not be logged. String interpolation, `print`, `dump` and a debugger's summary show `<secret>`
/// instead.
package struct Secret: Sendable, Equatable {
    /// The secret text itself.
    package let revealed: String

    package init(_ text: String) { revealed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
