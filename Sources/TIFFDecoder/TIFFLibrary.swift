// SPDX-License-Identifier: Apache-2.0

import CTIFF

/// The library libtiff, which is loaded at run time: its file is `libtiff.so.6`, or `libtiff.so.5` on Amazon Linux
/// 2023. A process without it can decode all other formats, and TIFF files without compression.
package enum TIFFLibrary {
    /// Loads the library, at the first call in a process, and returns true if there is one. A process that enters a
    /// sandbox calls this before, because the file of the library cannot be opened afterwards.
    package static func load() -> Bool { px_tiff_load() }
}
