// SPDX-License-Identifier: Apache-2.0

/// The records that the log has an entry for. The entries of the others have the level debug.
package enum PictureLog: String, Sendable, CaseIterable {
    case all
    /// Records that failed, were received before, needed another attempt or round, or whose source was damaged.
    case failures
}
