// SPDX-License-Identifier: Apache-2.0

import GIFEncoder
import JPEGEncoder
import PNGEncoder
import WebPEncoder

/// The format of outputs.
package enum OutputFormat: String, Sendable, CaseIterable {
    case jpeg, png, gif, webp

    /// The media type of the files.
    package var contentType: String { "image/\(rawValue)" }

    /// The ending of a file name that states this format, without a dot.
    package var ending: String {
        switch self {
        case .jpeg: "jpg"
        case .png: "png"
        case .gif: "gif"
        case .webp: "webp"
        }
    }

    /// The longest side of an output in pixels.
    var longestSide: Int {
        switch self {
        case .jpeg: GridWriter.maximumSide
        case .png: PNGWriter.maximumSide
        case .gif: GIFWriter.maximumSide
        case .webp: WebPWriter.maximumSide
        }
    }

    /// The same format as that of a source.
    var source: SourceFormat {
        switch self {
        case .jpeg: .jpeg
        case .png: .png
        case .gif: .gif
        case .webp: .webp
        }
    }
}
