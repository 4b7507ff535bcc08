// SPDX-License-Identifier: Apache-2.0

package import Pixelation

/// The options with which a decoder process is started. A decoder with other options is replaced.
package struct DecoderOptions: Sendable, Equatable {
    package var isolation = DecoderIsolation.required
    /// The maximum length of a file in bytes, `PixelationLimits.bytes`. The address space of the shared memory has this
    /// size; memory is used only for the longest file so far.
    package var fileBytes: Int
    /// The memory in bytes that a decoder may allocate.
    package var memoryLimit: Int

    /// The memory in bytes that a decoder needs besides that of a picture.
    package static let ownBytes = 32 << 20

    /// Creates the options of decoders for pictures within the limits of an engine.
    package init(isolation: DecoderIsolation, _ limits: PixelationLimits) {
        self.init(
            isolation: isolation, fileBytes: limits.bytes, memoryLimit: limits.memoryBytes + Self.ownBytes)
    }

    package init(isolation: DecoderIsolation = .required, fileBytes: Int, memoryLimit: Int) {
        self.isolation = isolation
        self.fileBytes = fileBytes
        self.memoryLimit = memoryLimit
    }
}
