// SPDX-License-Identifier: Apache-2.0

package import JPEG

/// The damage of a source that was pixelated nevertheless.
package struct Damage: Sendable, Equatable {
    /// The kind of a damage. The raw values are stable: they appear in logs and metrics.
    package enum Kind: String, Sendable, CaseIterable {
        /// The file ended early and was pixelated because of `TruncationPolicy.accept`.
        case truncated
        /// Data of the picture are corrupt, and the decoder decoded what it found.
        case corruptData = "corrupt-data"
        /// The ICC profile is incomplete, contradicts itself or is too long, and the outputs have none.
        case noProfile = "no-profile"
    }

    package var kind: Kind
    /// A phrase that states what was found.
    package var detail: String
    /// The share of the picture's rows that the damage concerns at most, in percent, rounded up; nil if it is unknown.
    package var percent: Int?

    package init(_ kind: Kind, _ detail: String, percent: Int? = nil) {
        self.kind = kind
        self.detail = detail
        self.percent = percent
    }

    /// The damage of a file that ends early.
    package static let endsEarly = Damage(
        .truncated, "the file ends early, and the rest of the picture is filled in")

    /// Creates the damage that corrupt data are.
    package init(_ damage: JPEGDamage) {
        self.init(
            .corruptData,
            """
            corrupt data in up to \(damage.percent) % of the picture (\(damage.warnings) warnings of the decoder, \
            the first: \(damage.firstWarning))
            """,
            percent: damage.percent)
    }
}
