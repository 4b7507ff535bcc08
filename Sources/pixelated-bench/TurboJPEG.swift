// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CLibTurboJPEG
import Pixels

/// The TurboJPEG interface of libjpeg-turbo, which decodes and encodes whole pictures in memory.
final class TurboJPEG {
    private let decoder: tjhandle
    private let encoder: tjhandle
    /// The samples of the picture that was decoded last, or of the enlarged grid: rows from the top.
    private var picture: [UInt8] = []
    /// The file that was encoded last, in memory that the library allocates; nil before the first.
    private var file: UnsafeMutablePointer<UInt8>?
    private var fileSize: UInt = 0

    init() throws {
        guard let decoder = tjInitDecompress(), let encoder = tjInitCompress() else {
            throw ValidationError("TurboJPEG cannot be initialised")
        }
        self.decoder = decoder
        self.encoder = encoder
    }

    deinit {
        tjDestroy(decoder)
        tjDestroy(encoder)
        tjFree(file)
    }

    /// Decodes a file into `picture`. The buffer is reused for a picture of the same size, so that only the first call
    /// allocates its pages.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - width: The width of the picture in pixels.
    ///   - height: The height of the picture in pixels.
    ///   - components: The number of samples of a pixel: 1, 3 or 4.
    func decode(_ bytes: [UInt8], width: Int, height: Int, components: Int) throws {
        let format = Self.format(components)
        let needed = width * height * Int(components)
        if picture.count != needed { picture = [UInt8](repeating: 0, count: needed) }
        let code = tjDecompress2(
            decoder, bytes, UInt(bytes.count), &picture, Int32(width), 0, Int32(height), format,
            TJFLAG_ACCURATEDCT)
        guard code == 0 else { throw ValidationError(String(cString: tjGetErrorStr2(decoder))) }
    }

    /// Enlarges a grid to a picture of the given size in pixels, which `encode` encodes.
    func show(_ grid: Grid, width: Int, height: Int) {
        let columns = NearestMap.cells(grid.size, over: width)
        let rows = NearestMap.cells(grid.size, over: height)
        picture = []
        picture.reserveCapacity(width * height * grid.bands)
        for row in rows {
            for column in columns {
                let at = (Int(row) * grid.size + Int(column)) * grid.bands
                picture.append(contentsOf: grid.samples[at..<at + grid.bands])
            }
        }
    }

    /// Encodes the picture of the last `show` with the settings of Pillow's `save`: quality 75, 4:2:0.
    ///
    /// - Parameters:
    ///   - width: The width of the picture in pixels.
    ///   - height: The height of the picture in pixels.
    ///   - components: The number of samples of a pixel: 1, 3 or 4.
    func encode(width: Int, height: Int, components: Int) throws {
        let code = tjCompress2(
            encoder, picture, Int32(width), 0, Int32(height), Self.format(components), &file, &fileSize,
            components == 1 ? Int32(TJSAMP_GRAY.rawValue) : Int32(TJSAMP_420.rawValue), 75,
            TJFLAG_ACCURATEDCT)
        guard code == 0 else { throw ValidationError(String(cString: tjGetErrorStr2(encoder))) }
    }

    /// Returns TurboJPEG's pixel format for a number of samples a pixel.
    private static func format(_ components: Int) -> Int32 {
        switch components {
        case 1: Int32(TJPF_GRAY.rawValue)
        case 3: Int32(TJPF_RGB.rawValue)
        default: Int32(TJPF_CMYK.rawValue)
        }
    }
}
