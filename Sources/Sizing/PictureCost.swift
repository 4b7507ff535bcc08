// SPDX-License-Identifier: Apache-2.0

/// The bytes, the processor time and the memory of one picture.
package struct PictureCost: Sendable, Equatable, Encodable {
    /// The size of the source in bytes and in megapixels.
    package var sourceBytes: Int
    package var megapixels: Double
    /// The size of all outputs in bytes, and their number.
    package var outputBytes: Int
    package var outputs: Int
    /// The processor time of the engine in seconds: decoding, averaging and encoding.
    package var engineSeconds: Double
    /// The memory in bytes that the picture takes while it is processed: the source, decoding and outputs.
    package var memoryBytes: Int

    package init(
        sourceBytes: Int, megapixels: Double, outputBytes: Int, outputs: Int = 5, engineSeconds: Double,
        memoryBytes: Int
    ) {
        self.sourceBytes = sourceBytes
        self.megapixels = megapixels
        self.outputBytes = outputBytes
        self.outputs = outputs
        self.engineSeconds = engineSeconds
        self.memoryBytes = memoryBytes
    }

    /// The processor time of the service for a picture without that of the engine, in seconds: signatures, requests,
    /// messages and log. deploy/docs/performance.md has 2.2 ms for small pictures and 3 ms for photos.
    package static let requestSeconds = 0.0026

    /// The processor time of the service for a picture, in seconds.
    package var processorSeconds: Double { engineSeconds + Self.requestSeconds }
}
