// SPDX-License-Identifier: Apache-2.0

package import BMP
package import GIF
package import HEIF
package import JPEG
import JPEGEncoder
package import PNG
import PNGEncoder
package import Pixels
package import TIFF
package import WebP
import WebPEncoder

/// The header of a source. It is parsed in the process that has credentials, by Swift code that is checked for memory
/// safety.
package enum SourceHeader: Sendable {
    case jpeg(JPEGHeader)
    case png(PNGHeader)
    case gif(GIFHeader)
    case webp(WebPHeader)
    case heif(HEIFHeader)
    case tiff(TIFFHeader)
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
        case .png:
            do throws(PNGError) {
                self = .png(try PNGHeader(of: bytes, limits: PNGLimits(options)))
            } catch {
                throw PixelationError(error)
            }
        case .gif:
            do throws(GIFError) {
                self = .gif(try GIFHeader(of: bytes, limits: GIFLimits(options)))
            } catch {
                throw PixelationError(error)
            }
        case .webp:
            do throws(WebPError) {
                self = .webp(try WebPHeader(of: bytes, limits: WebPLimits(options)))
            } catch {
                throw PixelationError(error)
            }
        case .heif, .avif:
            do throws(HEIFError) {
                self = .heif(try HEIFHeader(of: bytes, limits: HEIFLimits(options)))
            } catch {
                throw PixelationError(error)
            }
            // The brands that a file states need not be those of its picture.
            guard options.formats.contains(self.format) else {
                throw PixelationError(
                    .unsupportedFormat,
                    "the picture of the file is \(self.format.rawValue), which is not processed (pixelation.formats)"
                )
            }
        case .tiff:
            do throws(TIFFError) {
                self = .tiff(try TIFFHeader(of: bytes, limits: TIFFLimits(options)))
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
        case .png: .png
        case .gif: .gif
        case .webp: .webp
        case .heif(let header): header.coding == .av1 ? .avif : .heif
        case .tiff: .tiff
        case .bmp: .bmp
        }
    }

    /// The properties that do not depend on the format.
    package var picture: any PictureHeader {
        switch self {
        case .jpeg(let header): header
        case .png(let header): header
        case .gif(let header): header
        case .webp(let header): header
        case .heif(let header): header
        case .tiff(let header): header
        case .bmp(let header): header
        }
    }

    /// The memory, in bytes, of the metadata that are taken from the file.
    var metadataBytes: Int {
        switch self {
        case .jpeg(let header): header.profileBytes + (header.comment?.count ?? 0)
        case .png(let header): header.colorChunkBytes
        case .gif, .webp, .heif, .tiff, .bmp: storedProfile?.count ?? 0
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
        case .png(let header):
            SourceMetadata(png: header.attachments(in: bytes))
        case .gif, .webp, .heif, .tiff, .bmp:
            SourceMetadata(profile: storedProfile.map { Array(bytes[$0]) })
        }
    }

    /// Returns an upper bound of the bytes that the metadata take in an output.
    func attachedBytes(_ format: OutputFormat, _ policy: MetadataPolicy) -> Int {
        switch (self, format, policy) {
        case (.jpeg(let header), .jpeg, .reference):
            GridWriter.attachmentBytes(profile: 0, comment: header.comment?.count ?? 0)
        case (.png(let header), .png, _): header.colorChunkBytes
        case (_, .jpeg, .upright): GridWriter.attachmentBytes(profile: profileBytes, comment: 0)
        case (_, .png, .upright): PNGWriter.iCCPBytes(profile: profileBytes)
        case (_, .webp, .upright): WebPWriter.attachmentBytes(profile: profileBytes)
        case (_, .gif, .upright), (_, _, .reference): 0
        }
    }

    /// The largest length of the ICC profile that outputs in other formats keep, in bytes.
    private var profileBytes: Int {
        switch self {
        case .jpeg(let header): header.profileBytes
        case .png(let header): header.decompressedProfileBytes
        case .gif, .webp, .heif, .tiff, .bmp: storedProfile?.count ?? 0
        }
    }

    /// The byte range, within the file, of an ICC profile that is stored in one piece and not compressed; nil for
    /// other formats, and without a profile.
    private var storedProfile: Range<Int>? {
        switch self {
        case .webp(let header): header.profile
        case .heif(let header): header.profile
        case .tiff(let header): header.profile
        case .jpeg, .png, .gif, .bmp: nil
        }
    }

    /// Returns the largest length in bytes of the ICC profile that the decoder decompresses for the outputs; 0 if the
    /// outputs have none, or if the profile is not compressed.
    func compressedProfileBytes(_ format: OutputFormat, _ policy: MetadataPolicy) -> Int {
        guard case .png(let header) = self, format != .png, format != .gif, policy == .upright else {
            return 0
        }
        return header.decompressedProfileBytes
    }

    /// Returns the animation that the outputs are; nil if they are still pictures.
    func animation(_ format: OutputFormat, _ policy: MetadataPolicy) -> Animation? {
        guard [.gif, .webp].contains(format), policy == .upright else { return nil }
        switch self {
        case .gif(let header) where header.frames.count > 1:
            // A GIF file states repetitions, or none.
            return Animation(
                milliseconds: header.frames.map(\.milliseconds),
                loops: header.loops.map { $0 == 0 ? 0 : $0 + 1 } ?? 1, background: 0)
        case .webp(let header) where header.isAnimated:
            return Animation(
                milliseconds: header.frames.map(\.milliseconds), loops: header.loops,
                background: header.background)
        default: return nil
        }
    }

    /// Returns the colour model of the grids.
    func color(_ options: PixelationOptions) -> ColorModel {
        switch self {
        case .jpeg(let header): header.layout?.color ?? .rgb
        case .png(let header): header.color(options.metadata)
        case .gif(let header): header.layout.color
        case .webp(let header): header.color
        case .heif(let header): header.color
        case .tiff(let header): header.samples.color
        case .bmp(let header): header.layout.color
        }
    }

    /// Returns the orientation that the metadata state.
    ///
    /// - Parameter bytes: The whole file.
    func orientation(in bytes: Span<UInt8>) -> Orientation {
        switch self {
        case .jpeg(let header): header.orientation(in: bytes)
        case .png(let header): header.orientation(in: bytes)
        case .webp(let header): header.orientation(in: bytes)
        case .tiff(let header): header.orientation
        // libheif applies the rotation of the file, which alone counts: the Exif orientation repeats it, or is wrong.
        case .gif, .heif, .bmp: .upright
        }
    }
}
