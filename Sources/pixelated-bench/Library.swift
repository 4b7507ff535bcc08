// SPDX-License-Identifier: Apache-2.0

/// The Python libraries that the engine is compared with, under their names in `libraries.py`.
enum Library: String, CaseIterable {
    /// Pillow, which decodes the file again for each output.
    case seed
    case pillow
    case pillowSIMD = "pillow-simd"
    case pyvips
    /// pyvips, which decodes at an eighth of the size.
    case pyvipsShrink = "pyvips-shrink"
    case opencv

    /// The name of the Python environment that `make_environments` makes for the library.
    var environment: String {
        switch self {
        case .seed, .pillow: "pillow"
        case .pyvips, .pyvipsShrink: "pyvips"
        case .pillowSIMD, .opencv: rawValue
        }
    }

    /// The name of the library in tables.
    var title: String {
        switch self {
        case .seed: "Pillow, five decodes (the reference)"
        case .pillow: "Pillow, one decode"
        case .pillowSIMD: "Pillow-SIMD, one decode"
        case .pyvips: "pyvips, one decode"
        case .pyvipsShrink: "pyvips, one decode at 1/8"
        case .opencv: "OpenCV, one decode"
        }
    }
}
