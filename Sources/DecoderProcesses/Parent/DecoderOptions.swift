// SPDX-License-Identifier: Apache-2.0

internal import Decoding
package import Pixelation
internal import Sandbox

/// The options with which a decoder process is started. A decoder with other options is replaced.
package struct DecoderOptions: Sendable, Equatable {
    package var isolation = DecoderIsolation.required
    /// The maximum length of a file in bytes, `PixelationLimits.bytes`. The address space of the shared memory has this
    /// size; memory is used only for the longest file so far.
    package var fileBytes: Int
    /// The memory in bytes that a decoder may allocate.
    package var memoryLimit: Int
    /// The free memory in bytes that a decoder keeps between two pictures, until it has been idle for a second: at most
    /// `ProcessSandbox.keptBusyBytes`.
    package var keptBytes = ProcessSandbox.keptBusyBytes

    /// True when the decoders load libheif, which a decoder cannot do in its sandbox.
    package var loadsHEIF = false

    /// The maximum of `keptBytes` of all decoders together on a machine that has enough memory. The documented memory
    /// of the service contains it.
    package static let allKeptBytes = 256 << 20
    /// The memory in bytes that a decoder needs besides that of a picture.
    package static let ownBytes = 32 << 20

    /// Creates the options of `count` decoders for the pictures of an engine.
    ///
    /// - Parameter allKeptBytes: The maximum of `keptBytes` of all decoders together.
    package init(
        isolation: DecoderIsolation, _ options: PixelationOptions, count: Int,
        allKeptBytes: Int = Self.allKeptBytes
    ) {
        let limits = options.limits
        self.init(
            isolation: isolation, fileBytes: limits.bytes, memoryLimit: limits.memoryBytes + Self.ownBytes)
        loadsHEIF = options.formats.contains { OptionalLibraries.formatsOfHEIF.contains($0) }
        keptBytes = min(ProcessSandbox.keptBusyBytes, allKeptBytes / max(count, 1))
    }

    package init(isolation: DecoderIsolation = .required, fileBytes: Int, memoryLimit: Int) {
        self.isolation = isolation
        self.fileBytes = fileBytes
        self.memoryLimit = memoryLimit
    }
}
