// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import CPlainTIFF
import Glibc
import TIFF
import TIFFDecoder
import Testing

/// Hostile files are refused with a kind, or decoded, in little time and memory.
@Suite struct TIFFBombTests {
    private static let limits = TIFFLimits(
        pixels: 120_000_000, entries: 1000, work: 2_000_000_000, scans: 100, memoryBytes: 1 << 30,
        acceptsTruncated: false,
        appliesOrientation: false)

    private func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Expects that a file is decoded, with `kind` nil, or refused with a kind, within the predicted memory.
    private func expect(
        _ file: [UInt8], _ kind: TIFFError.Kind?, seconds limit: Double = 2, _ name: String
    ) {
        let start = processorSeconds()
        allocation_count_begin()
        var found: TIFFError.Kind?
        var predicted = 1 << 20
        do throws(TIFFError) {
            let header = try TIFFHeader(of: file.span, limits: Self.limits)
            predicted = header.workingSetBytes + header.width * 4
            if predicted > 256 << 20 { throw TIFFError(.tooMuchMemory, "") }
            try file.withUnsafeBufferPointer { (bytes) throws(TIFFError) in
                var reader = try TIFFReader(bytes, header: header, limits: Self.limits, isReference: false)
                let row = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: reader.rowBytes)
                defer { row.deallocate() }
                for _ in 0..<header.height { try reader.readRow(row) }
            }
        } catch {
            found = error.kind
        }
        let seconds = processorSeconds() - start
        #expect(found == kind, "\(name)")
        #expect(seconds < limit, "\(name): \(seconds) s")
        if allocation_count_works() {
            #expect(allocation_count_peak() <= predicted, "\(name)")
        }
    }

    private func plain(
        _ width: Int, _ height: Int, compression: Int, rows: Int, tile: Int = 0
    ) throws -> [UInt8] {
        var picture = TIFFReaderTests.picture(width, height, samples: 1, compression: compression, rows: rows)
        (picture.tile_width, picture.tile_height) = (UInt32(tile), UInt32(tile))
        return try #require(PlainTIFF.file(picture, nil))
    }

    @Test func `bombs of zeros are decoded within the predicted memory`() throws {
        for compression in [5, 8, 32773, 50000] {
            // A debug build decodes fewer pixels a second, so that the picture is small.
            expect(
                try plain(4000, 1000, compression: compression, rows: 1000), nil,
                "one strip of \(compression)")
            expect(try plain(4000, 1000, compression: compression, rows: 1), nil, "rows of \(compression)")
            expect(
                try plain(1000, 1000, compression: compression, rows: 1, tile: 16), nil,
                "tiles of \(compression)")
        }
    }

    @Test func `sides and tiles that are larger than memory are refused before anything is allocated`() {
        let file = TIFFFile().with(259, 3, 8)
        expect(file.with(256, 4, 65_500).with(257, 4, 65_500).bytes, .tooManyPixels, "huge sides")
        expect(file.with(256, 4, 1 << 31).bytes, .sideTooLong, "a huge side")
        let tile = file.with(322, 4, 65_536).with(323, 4, 65_536).with(324, 4, 8).with(325, 4, 48)
        expect(tile.bytes, .tooMuchMemory, "a huge tile")
        let rows = file.with(278, 4, 0xFFFF_FFFF)
        #expect(rows.refusal() == nil)
    }

    @Test func `tiny tiles and many strips are refused for their work`() {
        let count = 7500 * 16
        let tiles = TIFFFile(width: 8, height: 6).with(256, 3, 12_000).with(257, 3, 10_000).with(259, 3, 7)
            .with(322, 3, 16).with(323, 3, 16).without(278).without(273).without(279)
            .with(324, 4, [Int](repeating: 8, count: 750 * 625)).with(
                325, 4, [Int](repeating: 8, count: 750 * 625))
        expect(tiles.bytes, .tooManySegments, "tiles")
        let strips = TIFFFile(width: 1, height: 6).with(257, 3, 65_500).with(259, 3, 8).with(278, 3, 1)
            .with(273, 4, [Int](repeating: 8, count: count)).with(279, 4, [Int](repeating: 6, count: count))
        expect(strips.bytes, .corrupt, "strips")
    }

    @Test func `a window of Zstandard that is larger than stated memory is counted`() {
        var file = TIFFFile(width: 300, height: 300).with(259, 4, 50000)
        file.data.replaceSubrange(0..<6, with: [0x28, 0xB5, 0x2F, 0xFD, 0, 31 << 3])
        expect(file.bytes, .corrupt, "a window of 2 TB")
    }

    @Test func `small files of every compression that are cut at any byte are refused`() throws {
        for compression in [1, 5, 7, 8, 32773, 50000] {
            let file = try plain(20, 10, compression: compression, rows: 8)
            for count in 0..<file.count {
                var found: TIFFError.Kind?
                do throws(TIFFError) { _ = try TIFFReaderTests.rows(Array(file[..<count])) } catch {
                    found = error.kind
                }
                let kinds: [TIFFError.Kind?] = [.notTIFF, .truncated]
                #expect(kinds.contains(found), "\(compression), \(count): \(found as Any)")
            }
        }
    }
}
