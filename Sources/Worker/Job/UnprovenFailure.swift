// SPDX-License-Identifier: Apache-2.0

/// The failure of the pixelation of bytes that may not be those of the source.
struct UnprovenFailure: Error, Sendable {
    let error: WorkerError
    let reading: SourceReading
    /// The SHA-256 of the bytes.
    let digest: [UInt8]
}
