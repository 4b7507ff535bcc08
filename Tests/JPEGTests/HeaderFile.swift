// SPDX-License-Identifier: Apache-2.0

import JPEG

/// The beginning of a JPEG file, to which a test appends marker segments.
struct HeaderFile {
    var bytes: [UInt8] = [0xFF, 0xD8]

    /// Returns the file with a marker segment appended: the marker, the length, and `body`, the parameters.
    func segment(_ marker: UInt8, _ body: [UInt8]) -> HeaderFile {
        raw([0xFF, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body)
    }

    func raw(_ more: [UInt8]) -> HeaderFile { HeaderFile(bytes: bytes + more) }

    /// Returns the file with a frame header appended. The components have the identifiers 1, 2, 3 and so on.
    ///
    /// - Parameter sampling: The sampling factors of each component: 16 times the horizontal one plus the vertical one.
    func frame(
        _ marker: UInt8 = 0xC0, width: Int = 64, height: Int = 48, precision: UInt8 = 8,
        sampling: [UInt8] = [0x22, 0x11, 0x11]
    ) -> HeaderFile {
        let sides = [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255)]
        let components = sampling.enumerated().flatMap { [UInt8($0 + 1), $1, 0] as [UInt8] }
        return segment(marker, [precision] + sides + [UInt8(sampling.count)] + components)
    }

    func scan(_ components: [UInt8] = [1, 2, 3], from: UInt8 = 0, to: UInt8 = 63, high: UInt8 = 0)
        -> HeaderFile
    {
        segment(0xDA, [UInt8(components.count)] + components.flatMap { [$0, 0] } + [from, to, high << 4])
    }

    func comment(_ text: String) -> HeaderFile { segment(0xFE, Array(text.utf8)) }

    /// Returns the file with an APP2 segment appended, which has fragment `number` of `count` fragments of an ICC
    /// profile.
    func profile(_ number: UInt8, of count: UInt8, _ data: [UInt8]) -> HeaderFile {
        segment(0xE2, Array("ICC_PROFILE\0".utf8) + [number, count] + data)
    }

    /// Returns the file with `count` bytes of entropy-coded data appended.
    func data(_ count: Int = 4096) -> HeaderFile { raw([UInt8](repeating: 0x55, count: count)) }

    static let limits = JPEGLimits(
        pixels: 1_000_000, scans: 20, scanWork: 10_000_000, markers: 200, memoryBytes: 64 << 20,
        damagedPercent: 100,
        acceptsTruncated: false)

    func header(_ limits: JPEGLimits = limits) throws(JPEGError) -> JPEGHeader {
        try JPEGHeader(of: bytes.span, limits: limits)
    }

    /// Returns the kind of the error with which the header is refused; nil if it is accepted.
    ///
    /// - Parameter change: Changes the limits before the check.
    func refusal(_ change: (inout JPEGLimits) -> Void = { _ in }) -> JPEGError.Kind? {
        var limits = Self.limits
        change(&limits)
        do {
            _ = try header(limits)
            return nil
        } catch {
            return error.kind
        }
    }
}
