// SPDX-License-Identifier: Apache-2.0

import HEIF
import HEIFDecoder
package import Pixelation
import TIFFDecoder

/// The libraries that are loaded at run time, and without which the formats that need them are refused. Each process
/// that decodes loads libtiff. It loads libheif, which takes more time and memory, if its formats are to be decoded.
package enum OptionalLibraries {
    /// The formats that need such a library.
    package static let formats: [SourceFormat] = [.heif, .avif, .tiff]
    /// The formats that need libheif.
    package static let formatsOfHEIF: [SourceFormat] = [.heif, .avif]

    /// Loads the libraries, at the first call in a process, and returns those of `formats` that cannot be decoded. A
    /// process that enters a sandbox calls this before.
    package static func load() -> [SourceFormat] {
        let library = HEIFLibrary.load()
        return formatsOfHEIF.filter { !library.decodes($0 == .avif ? .av1 : .hevc) } + loadTIFF()
    }

    /// Prevents libheif from being loaded later, and loads libtiff. A process that enters a sandbox without libheif
    /// calls this before. Returns `.tiff` if it cannot be decoded.
    @discardableResult package static func refuseHEIF() -> [SourceFormat] {
        HEIFLibrary.refuse()
        return loadTIFF()
    }

    private static func loadTIFF() -> [SourceFormat] { TIFFLibrary.load() ? [] : [.tiff] }
}
