// SPDX-License-Identifier: Apache-2.0

/// What turns a picture into its variants, as the worker needs it.
package protocol PictureEngine: Sendable {
    /// Names everything that decides about the bytes of the variants, apart from the source. Outputs of another
    /// recipe are made anew. Printable ASCII.
    var recipe: String { get }
    /// The grid of each variant, in order: 8 for 8 x 8.
    var sizes: [Int] { get }
    /// Sources with more bytes are refused before they are read.
    var maximumBytes: Int { get }

    /// Reads the header only.
    ///
    /// - Throws: `WorkerError`.
    func survey(_ bytes: [UInt8]) throws -> PictureSurvey

    /// Waits for a processor, then computes. Cancellation drops it from the line or stops it within milliseconds.
    func pixelate(_ bytes: [UInt8], survey: PictureSurvey) async throws -> PixelatedPicture
}

package struct PictureSurvey: Sendable, Equatable {
    package var width: Int
    package var height: Int
    package var format: String
    /// Predicted peak of memory while pixelating, outputs included, without the source's bytes.
    package var workingSetBytes: Int

    package init(width: Int, height: Int, format: String, workingSetBytes: Int) {
        self.width = width
        self.height = height
        self.format = format
        self.workingSetBytes = workingSetBytes
    }
}

package struct PixelatedPicture: Sendable {
    package struct Variant: Sendable, Equatable {
        package var size: Int
        package var bytes: [UInt8]
        package var contentType: String

        package init(size: Int, bytes: [UInt8], contentType: String) {
            self.size = size
            self.bytes = bytes
            self.contentType = contentType
        }
    }

    package var variants: [Variant]
    /// In the line before the processors.
    package var waited: Duration
    package var computed: Duration

    package init(variants: [Variant], waited: Duration = .zero, computed: Duration = .zero) {
        self.variants = variants
        self.waited = waited
        self.computed = computed
    }
}
