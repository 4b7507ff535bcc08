// SPDX-License-Identifier: Apache-2.0

/// The part of the engine that decodes pictures. It is separate from `Pixelator`, so that it can be in another process
/// than the rest.
package protocol PictureReducer: Sendable {
    /// Decodes a picture and reduces it to grids, on the calling thread.
    ///
    /// The call ends before the deadline, or within milliseconds of a cancellation.
    ///
    /// - Parameters:
    ///   - bytes: The whole file. It does not change during the call.
    ///   - request: The survey of `bytes`, and the options of the reduction.
    /// - Returns: One grid for each size of the options, in their order.
    /// - Throws: `PixelationError`.
    func reduce(_ bytes: Span<UInt8>, _ request: ReductionRequest) throws(PixelationError) -> Reduction

    /// Returns the memory in bytes for copies of a file of `count` bytes that a reduction needs.
    func copyBytes(ofFile count: Int) -> Int
}
