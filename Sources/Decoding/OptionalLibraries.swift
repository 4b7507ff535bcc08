// SPDX-License-Identifier: Apache-2.0

import HEIF
import HEIFDecoder
package import Pixelation

/// The libraries that are loaded at run time, and without which the formats that need them are refused.
package enum OptionalLibraries {
    /// The formats that need such a library.
    package static let formats: [SourceFormat] = [.heif, .avif]

    /// Loads the libraries, at the first call in a process, and returns those of `formats` that cannot be decoded. A
    /// process that enters a sandbox calls this before.
    package static func load() -> [SourceFormat] {
        let library = HEIFLibrary.load()
        return formats.filter { !library.decodes($0 == .avif ? .av1 : .hevc) }
    }

    /// Prevents the libraries from being loaded later. A process that enters a sandbox without them calls this before.
    package static func refuse() { HEIFLibrary.refuse() }
}
