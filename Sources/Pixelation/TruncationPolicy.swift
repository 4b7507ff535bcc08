// SPDX-License-Identifier: Apache-2.0

/// The treatment of a file that ends before its picture is complete.
package enum TruncationPolicy: String, Sendable, CaseIterable, Codable {
    /// The file is refused with `PixelationError.Kind.truncated`.
    case refuse
    /// The existing rows are pixelated. The decoder fills missing data, mostly with gray.
    case accept
}
