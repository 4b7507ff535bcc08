// SPDX-License-Identifier: Apache-2.0

/// The policy for a file that ends before its picture is complete.
package enum TruncationPolicy: String, Sendable, CaseIterable, Codable {
    /// The file is refused with `PixelationError.Kind.truncated`.
    case refuse
    /// The file is pixelated. The decoder fills in the missing data, mostly with gray.
    case accept
}
