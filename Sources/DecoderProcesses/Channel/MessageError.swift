// SPDX-License-Identifier: Apache-2.0

/// The reason for which bytes are not the expected message of the channel.
package struct MessageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A phrase that states what is wrong. It contains numbers and no text of the other process.
    package var description: String

    init(_ description: String) { self.description = description }
}
