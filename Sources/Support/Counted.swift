// SPDX-License-Identifier: Apache-2.0

extension BinaryInteger {
    /// Returns the number with a noun, such as `1 message` or `2 messages`.
    ///
    /// - Parameter noun: The noun in the singular, whose plural ends in an additional `s`.
    package func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }

    /// The verb that follows the number: `is` or `are`.
    package var isOrAre: String { self == 1 ? "is" : "are" }
}
