// SPDX-License-Identifier: Apache-2.0

/// Equal pixels side by side.
struct Run: BitwiseCopyable {
    /// The index of their colour.
    var index: UInt8
    /// The number of pixels, at least one.
    var count: Int32
}
