// SPDX-License-Identifier: Apache-2.0

/// A symbol that occurs, and how often.
struct VP8LFrequency {
    var symbol: Int
    var count: Int
}
