// SPDX-License-Identifier: Apache-2.0

/// All about a block with one edge at most, but what the block before it decides.
struct KnownBlock: BitwiseCopyable {
    let code: EdgeCode
    /// The quantized DC coefficient.
    let dc: Int32
}
