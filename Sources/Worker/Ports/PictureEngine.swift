// SPDX-License-Identifier: Apache-2.0

package import Pixelation

/// The engine that pixelates pictures, as the worker uses it.
package protocol PictureEngine: Sendable {
    /// The output format, which identifies everything besides the source that determines the bytes of the outputs, in
    /// printable ASCII. Outputs of another format are made again.
    var outputFormat: String { get }
    /// The sizes of the outputs in their order, each the number of blocks along a side: 8 for 8 x 8.
    var sizes: [Int] { get }
    /// The maximum size of a source in bytes. Larger sources are refused before they are downloaded.
    var maximumBytes: Int { get }
    /// The maximum time of the pixelation of one picture on a processor, without the wait for a processor.
    var timeLimit: Duration { get }

    /// Returns the ending that the outputs of a source are likely to get, by its key
    /// (`OutputFormatPolicy.likelyEnding(forSource:)`).
    func likelyEnding(forSource key: String) -> String?

    /// Reads the header of a picture, and returns its format, size and predicted memory.
    ///
    /// - Throws: `WorkerError`.
    func survey(_ bytes: [UInt8]) throws -> Survey

    /// Waits for a processor, and then pixelates a picture. When the task is cancelled during the wait, the pixelation
    /// does not begin; when it is cancelled later, the pixelation ends within milliseconds.
    ///
    /// - Parameters:
    ///   - bytes: The bytes of the source.
    ///   - survey: The survey of `bytes` by this engine.
    /// - Returns: The outputs, the time that the task waited for a processor, and the time that it computed.
    /// - Throws: `WorkerError`, or `CancellationError` when the task was cancelled.
    func pixelate(
        _ bytes: [UInt8], survey: Survey
    ) async throws -> (picture: PixelatedPicture, waited: Duration, computed: Duration)
}
