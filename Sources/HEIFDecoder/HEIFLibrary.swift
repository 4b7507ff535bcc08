// SPDX-License-Identifier: Apache-2.0

import CHEIF
package import HEIF

/// The library libheif, which is loaded at run time. A process without it can decode all other formats.
package struct HEIFLibrary: Sendable {
    private let support: px_heif_support

    /// Loads the library with its decoders, at the first call in a process. A process that enters a sandbox calls this
    /// before, because the files of the library cannot be opened afterwards.
    @discardableResult package static func load() -> HEIFLibrary { HEIFLibrary(support: px_heif_load()) }

    /// Prevents `load` from loading the library later. A process that enters a sandbox without the library calls this
    /// before, because opening a file there would end the process.
    package static func refuse() { px_heif_refuse() }

    /// Returns true if pictures in a coding can be decoded.
    package func decodes(_ coding: HEIFHeader.Coding) -> Bool {
        switch coding {
        case .hevc: support.has_hevc
        case .av1: support.has_av1
        }
    }
}
