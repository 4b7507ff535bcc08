// SPDX-License-Identifier: Apache-2.0

import TIFF
import Testing

/// The scans of strips and tiles in JPEG are counted before libtiff decodes one.
@Suite struct TIFFScanTests {
    private static let scan: [UInt8] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0xFF, 0, 0x34]

    /// Returns a strip of gray, 300 pixels wide.
    ///
    /// - Parameters:
    ///   - frame: The second byte of the marker of the frame; that of a progressive frame is 0xC2.
    ///   - before: Bytes before the marker of the frame.
    private func strip(
        _ scans: Int, height: Int = 100, frame: UInt8 = 0xC2, components: UInt8 = 1, before: [UInt8] = []
    ) -> [UInt8] {
        [0xFF, 0xD8] + before
            + [0xFF, frame, 0, 11, 8, UInt8(height >> 8), UInt8(height & 255), 1, 44, components, 1, 0x11, 0]
            + [[UInt8]](repeating: Self.scan, count: scans).joined() + [0xFF, 0xD9]
    }

    /// Returns a file of strips of 100 rows.
    private func file(_ strips: [UInt8]...) -> TIFFFile {
        var file = TIFFFile(width: 300, height: 100 * strips.count).with(259, 3, 7).with(278, 3, 100)
        var offsets: [Int] = []
        file.data = []
        for strip in strips {
            offsets.append(8 + file.data.count)
            file.data += strip
        }
        return file.with(273, 4, offsets).with(279, 4, strips.map(\.count))
    }

    @Test func `a strip with more scans than allowed is refused`() throws {
        var limits = TIFFFile.limits
        limits.scans = 3
        let beforeFrame: [[UInt8]] = [
            [], [0xFF], [0xFF, 1], [0xFF, 0xD0], [0xFF, 0], [7, 7], [0xFF, 0xFE, 0, 4, 0xFF, 0xDA],
        ]
        for before in beforeFrame {
            #expect(file(strip(1), strip(3, before: before)).refusal(limits) == nil, "\(before)")
            #expect(file(strip(1), strip(4, before: before)).refusal(limits) == .tooManyScans, "\(before)")
        }
        #expect(file(strip(4, frame: 0xC0, components: 3)).refusal(limits) == .tooManyScans)
        // What follows the only scan of a sequential picture is not decoded.
        #expect(file(strip(4, frame: 0xC0)).refusal(limits) == nil)
        // The last strip may have no more bytes than the start of a marker.
        for count in 0..<strip(1).count - 1 where count > 0 {
            #expect(file(strip(1), Array(strip(1)[..<count])).refusal(limits) == nil, "\(count) bytes")
        }
    }

    @Test func `the scans of all strips together are limited`() throws {
        var limits = TIFFFile.limits
        limits.work = 3 * 16384 + 300 * 100 * 9
        #expect(file(strip(3), strip(2), strip(4)).refusal(limits) == nil)
        #expect(file(strip(3), strip(3), strip(4)).refusal(limits) == .tooManyScans)
        limits.work -= 1
        #expect(file(strip(3), strip(2), strip(4)).refusal(limits) == .tooManyScans)
        #expect(file(strip(1), strip(1), strip(1)).refusal(limits) == nil)
        limits.work = 16384 + 300 * 100 * 9
        #expect(file(strip(9)).refusal(limits) == nil)
        #expect(file(strip(10)).refusal(limits) == .tooManyScans)
        // libjpeg decodes all rows of the frame, of which libtiff takes those of the strip.
        #expect(file(strip(5, height: 60_000)).refusal(limits) == .tooManyScans)
    }

    @Test
    func `the coefficients of a frame that is higher than its strip are a part of the predicted memory`()
        throws
    {
        let one = try file(strip(2)).parse().workingSetBytes
        #expect(try file(strip(2, height: 2100)).parse().workingSetBytes >= one + 300 * 2000 * 2)
    }

    @Test func `long strips without scans are counted as work`() {
        let long = [0xFF, 0xD8] + [UInt8](repeating: 0, count: 50_000)
        var limits = TIFFFile.limits
        limits.work = 2 * (16384 + 300 * 100) + 40_000
        #expect(file(long, strip(1)).refusal(limits) == nil)
        #expect(file(long, long).refusal(limits) == .tooManyScans)
    }
}
