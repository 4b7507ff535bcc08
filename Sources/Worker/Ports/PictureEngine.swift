// SPDX-License-Identifier: Apache-2.0

package import Pixelation

/// The pixelation of pictures, as the worker needs it.
package protocol PictureEngine: Sendable {
    /// Names everything that decides about the bytes of the outputs, apart from the source. Outputs of another format
    /// are made anew. Printable ASCII.
    var outputFormat: String { get }
    /// The number of blocks along each side of each output, in order: 8 for 8 x 8.
    var sizes: [Int] { get }
    /// Sources with more bytes are refused before they are read.
    var maximumBytes: Int { get }
    /// The longest time that one picture takes on a processor, without the wait for one.
    var timeLimit: Duration { get }

    /// Reads the header only.
    ///
    /// - Throws: `WorkerError`.
    func survey(_ bytes: [UInt8]) throws -> Survey

    /// Waits for a processor, then pixelates. A task cancelled while it waits never begins; one cancelled later stops
    /// within milliseconds.
    ///
    /// - Parameters:
    ///   - bytes: The source.
    ///   - survey: The survey of `bytes` by this engine.
    /// - Returns: The outputs, the time that the task waited for a processor, and the time that it computed.
    /// - Throws: `WorkerError`, or `CancellationError` when the task was cancelled.
    func pixelate(
        _ bytes: [UInt8], survey: Survey
    ) async throws -> (picture: PixelatedPicture, waited: Duration, computed: Duration)
}
