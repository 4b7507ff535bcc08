// SPDX-License-Identifier: Apache-2.0

package import BMP
package import JPEG
import JPEGEncoder
import PNGEncoder
import Pixels

/// The header of a source. It is parsed in the process that has credentials, by Swift code that is checked for memory
/// safety.
package enum SourceHeader: Sendable {
    case jpeg(JPEGHeader)
    case bmp(BMPHeader)

    /// Parses the header of a file and checks it against the limits.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - format: The format of the file, one of `SourceFormat.readable`.
    ///   - options: The options of the engine.
    /// - Throws: `PixelationError`.
    init(
        of bytes: Span<UInt8>, _ format: SourceFormat, _ options: PixelationOptions
    ) throws(PixelationError) {
        switch format {
        case .jpeg:
            do throws(JPEGError) {
                self = .jpeg(try JPEGHeader(of: bytes, limits: JPEGLimits(options)))
            } catch {
                throw PixelationError(error)
            }
        case .bmp:
            do throws(BMPError) {
                self = .bmp(try BMPHeader(of: bytes, pixels: options.limits.pixels))
            } catch {
                throw PixelationError(error)
            }
        default: throw PixelationError(.unsupportedFormat, "\(format.rawValue) is not processed")
        }
    }

    package var format: SourceFormat {
        switch self {
        case .jpeg: .jpeg
        case .bmp: .bmp
        }
    }

    /// The width in pixels of the picture as stored.
    var width: Int {
        switch self {
        case .jpeg(let header): header.width
        case .bmp(let header): header.width
        }
    }

    /// The height in pixels of the picture as stored.
    var height: Int {
        switch self {
        case .jpeg(let header): header.height
        case .bmp(let header): header.height
        }
    }

    /// The length of the file in bytes.
    var fileBytes: Int {
        switch self {
        case .jpeg(let header): header.fileBytes
        case .bmp(let header): header.fileBytes
        }
    }

    /// An upper bound of the memory of the decoder in bytes.
    var workingSetBytes: Int {
        switch self {
        case .jpeg(let header): header.workingSetBytes
        case .bmp(let header): header.workingSetBytes
        }
    }

    /// The memory, in bytes, of the metadata that are taken from the file.
    var metadataBytes: Int {
        switch self {
        case .jpeg(let header): header.profileBytes + (header.comment?.count ?? 0)
        case .bmp: 0
        }
    }

    /// Returns the metadata that outputs may keep.
    ///
    /// - Parameter bytes: The whole file.
    func metadata(of bytes: [UInt8]) -> SourceMetadata {
        switch self {
        case .jpeg(let header):
            SourceMetadata(
                profile: header.profile(in: bytes), profileProblem: header.profileProblem,
                comment: header.comment.map { Array(bytes[$0]) })
        case .bmp: SourceMetadata()
        }
    }

    /// Returns an upper bound of the bytes that the metadata take in an output.
    func attachedBytes(_ format: OutputFormat, _ policy: MetadataPolicy) -> Int {
        switch self {
        case .jpeg(let header):
            switch (format, policy) {
            case (.jpeg, .upright): GridWriter.attachmentBytes(profile: header.profileBytes, comment: 0)
            case (.jpeg, .reference):
                GridWriter.attachmentBytes(profile: 0, comment: header.comment?.count ?? 0)
            case (.png, .upright): PNGWriter.Attachments.iCCPBytes(profile: header.profileBytes)
            case (.png, .reference): 0
            }
        case .bmp: 0
        }
    }

    /// Returns the colour model of the grids.
    func color(_ options: PixelationOptions) -> ColorModel {
        switch self {
        case .jpeg(let header): header.layout?.color ?? .rgb
        case .bmp(let header): header.layout.color
        }
    }

    /// Returns the orientation that the metadata state.
    ///
    /// - Parameter bytes: The whole file.
    func orientation(in bytes: Span<UInt8>) -> Orientation {
        switch self {
        case .jpeg(let header): header.orientation(in: bytes)
        case .bmp: .upright
        }
    }
}
