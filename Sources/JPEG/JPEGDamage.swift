// SPDX-License-Identifier: Apache-2.0

/// The corrupt data of a picture that libjpeg decoded nevertheless.
package struct JPEGDamage: Sendable, Equatable {
    /// The number of libjpeg's warnings about corrupt data, at least 1.
    package var warnings: Int
    /// The text of the first warning.
    package var firstWarning: String
    /// The share of the picture's rows that corrupt data concern at most, in percent, rounded up. It is 0 when nothing
    /// of the picture is lost, as by extraneous bytes between the data.
    package var percent: Int

    package init(warnings: Int, firstWarning: String, percent: Int) {
        self.warnings = warnings
        self.firstWarning = firstWarning
        self.percent = percent
    }
}
