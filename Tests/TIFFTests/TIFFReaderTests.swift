// SPDX-License-Identifier: Apache-2.0

import CPlainTIFF
import Pixels
import Scripted
import Support
import TIFF
import TIFFDecoder
import Testing

/// The rows of files that libtiff writes are the samples that it was given.
@Suite struct TIFFReaderTests {
    static let limits = TIFFLimits(
        pixels: 10_000_000, entries: 100, work: 2_000_000_000, scans: 100, memoryBytes: 256 << 20,
        acceptsTruncated: false,
        appliesOrientation: false)

    /// Returns all rows of a file.
    static func rows(_ file: [UInt8], _ limits: TIFFLimits = limits, isReference: Bool = false)
        throws(TIFFError)
        -> [UInt8]
    {
        let header = try TIFFHeader(of: file.span, limits: limits)
        return try file.withUnsafeBufferPointer { (bytes) throws(TIFFError) in
            var reader = try TIFFReader(bytes, header: header, limits: limits, isReference: isReference)
            var all: [UInt8] = []
            var row = [UInt8](repeating: 0, count: reader.rowBytes)
            for _ in 0..<header.height {
                try row.withUnsafeMutableBufferPointer { (row) throws(TIFFError) in try reader.readRow(row) }
                all += row
            }
            return all
        }
    }

    static func picture(
        _ width: Int, _ height: Int, bits: Int = 8, samples: Int = 3, compression: Int = 8, rows: Int = 5
    ) -> plain_tiff {
        plain_tiff(
            width: UInt32(width), height: UInt32(height), bits: UInt16(bits), samples: UInt16(samples),
            photometric: samples < 3 ? 1 : 2, compression: UInt16(compression), is_planar: false,
            rows_per_strip: UInt32(rows), tile_width: 0, tile_height: 0, has_differences: false,
            is_bit_reversed: false, is_big_endian: false, is_big_tiff: false, extra_sample: -1, subsampling: 0
        )
    }

    @Test func `rows are the samples in every arrangement that libtiff writes`() throws {
        var random = SplitMix(seed: 42)
        var written = 0
        for _ in 0..<600 {
            let (width, height) = (
                Int.random(in: 1...70, using: &random), Int.random(in: 1...50, using: &random)
            )
            let bits = Bool.random(using: &random) ? 8 : 16
            let count = [1, 2, 3, 4].randomElement(using: &random)!
            let compression = [1, 5, 8, 32773, 32946, 50000].randomElement(using: &random)!
            var plain = Self.picture(
                width, height, bits: bits, samples: count, compression: compression,
                rows: Int.random(in: 1...60, using: &random))
            plain.is_planar = count > 1 && Bool.random(using: &random)
            plain.is_big_endian = Bool.random(using: &random)
            plain.is_big_tiff = Bool.random(using: &random)
            plain.is_bit_reversed = Bool.random(using: &random)
            plain.has_differences = [5, 8, 32946, 50000].contains(compression) && Bool.random(using: &random)
            plain.extra_sample = count % 2 == 0 ? 2 : -1
            if Bool.random(using: &random) {
                plain.tile_width = UInt32(16 * Int.random(in: 1...4, using: &random))
                plain.tile_height = UInt32(16 * Int.random(in: 1...4, using: &random))
            }
            let samples = (0..<width * height * count * bits / 8).map { _ in
                UInt8(truncatingIfNeeded: random.next() & random.next())
            }
            let file = try #require(PlainTIFF.file(plain, samples), "\(plain)")
            written += 1
            #expect(try Self.rows(file) == Self.pixels(samples, count: count, bits: bits), "\(plain)")
        }
        #expect(written == 600)
    }

    /// Returns the pixels of samples, those of 16 bits in the order of the machine, in the layout of the reader.
    private static func pixels(_ samples: [UInt8], count: Int, bits: Int) -> [UInt8] {
        if count == 1 { return samples }
        let bytes = bits / 8
        let upper = 1.bigEndian == 1 ? 0 : bytes - 1
        return stride(from: 0, to: samples.count, by: count * bytes).flatMap { at -> [UInt8] in
            let pixel = (0..<count).map { samples[at + $0 * bytes + upper] }
            switch count {
            case 2: return [pixel[0], pixel[0], pixel[0], pixel[1]]
            case 3: return pixel + [255]
            default: return pixel
            }
        }
    }

    @Test(arguments: [5, 8, 32773]) func `a strip that is too large to be in memory is decoded row by row`(
        _ compression: Int
    ) throws {
        let (width, height) = (3000, 2900)
        var random = SplitMix(seed: 7)
        let tile = (0..<width).map { _ in UInt8.random(in: 0...255, using: &random) & 0xF0 }
        let samples = (0..<height).flatMap { row in tile[(row % 100)...] + tile[..<(row % 100)] }
        for rows in [height, 100] {
            let file = try #require(
                PlainTIFF.file(
                    Self.picture(width, height, samples: 1, compression: compression, rows: rows), samples))
            let header = try TIFFHeader(of: file.span, limits: Self.limits)
            #expect(header.decodesWholeStrips == (rows == 100))
            #expect(header.workingSetBytes < 2 * file.count + (2 << 20) || rows == 100)
            #expect(try Self.rows(file) == samples)
        }
    }

    @Test(arguments: [1, 5, 8, 32773], [false, true])
    func `the rows before the end of a file that is cut are decoded, and the others are zeros`(
        _ compression: Int, _ isPlanar: Bool
    ) throws {
        let (width, height) = (40, 40)
        var random = SplitMix(seed: 9)
        let samples = (0..<width * height * 3).map { _ in UInt8.random(in: 0...255, using: &random) }
        var plain = Self.picture(width, height, compression: compression, rows: 10)
        plain.is_planar = isPlanar
        let written = try #require(PlainTIFF.file(plain, samples))
        // The directory is moved in front of the strips, whose places move behind it.
        let header = try TIFFHeader(of: written.span, limits: Self.limits)
        let ranges = (0..<header.segments.count).map { header.segments.range($0, written.span) }
        var file = TIFFFile(width: width, height: height).with(259, 3, compression).with(262, 3, 2)
            .with(277, 3, 3).with(284, 3, isPlanar ? 2 : 1).with(278, 3, 10)
        func places(_ start: Int) -> [Int] {
            ranges.indices.map { start + ranges[..<$0].reduce(0) { $0 + $1.count } }
        }
        file.data = []
        file = file.with(279, 4, ranges.map(\.count)).with(273, 4, places(0))
        let start = file.bytes.count
        let whole = file.with(273, 4, places(start)).bytes + ranges.flatMap { written[$0] }
        #expect(try Self.rows(whole) == Self.pixels(samples, count: 3, bits: 8))
        var limits = Self.limits
        for cut in stride(from: 1, to: whole.count - start, by: 61) {
            let part = Array(whole.dropLast(cut))
            limits.acceptsTruncated = false
            let error = #expect(throws: TIFFError.self) { try Self.rows(part, limits) }
            #expect(error?.kind == .truncated)
            limits.acceptsTruncated = true
            let rows = try Self.rows(part, limits)
            let expected = Self.pixels(samples, count: 3, bits: 8)
            let same = (0..<height).prefix { row in
                rows[(row * width * 4)..<((row + 1) * width * 4)]
                    == expected[(row * width * 4)..<((row + 1) * width * 4)]
            }
            #expect(rows[(same.count * width * 4)...].allSatisfy { $0 == 0 } || isPlanar || compression == 1)
            // The last bytes may be a checksum.
            #expect(
                (same.count < height || cut == 1)
                    && (isPlanar || same.count * width * 3 + 4000 > samples.count - cut))
        }
    }

    @Test func `a strip with a changed byte is corrupt or has the right size, and never a defect`() throws {
        var random = SplitMix(seed: 5)
        let samples = (0..<32 * 24 * 3).map { UInt8($0 / 7 & 255) }
        for compression in [5, 7, 8, 32773, 50000] {
            for isTiled in [false, true] {
                var plain = Self.picture(32, 24, compression: compression, rows: 8)
                (plain.tile_width, plain.tile_height) = isTiled ? (16, 16) : (0, 0)
                let file = try #require(PlainTIFF.file(plain, samples))
                for _ in 0..<300 {
                    var changed = file
                    for _ in 0..<Int.random(in: 1...3, using: &random) {
                        changed[Int.random(in: 8..<changed.count, using: &random)] = .random(
                            in: 0...255, using: &random)
                    }
                    var limits = Self.limits
                    limits.pixels = 20_000
                    limits.acceptsTruncated = .random(using: &random)
                    do throws(TIFFError) {
                        #expect(try !Self.rows(changed, limits).isEmpty)
                    } catch {
                        #expect(error.kind != .internal && error.kind != .deadline, "\(error)")
                    }
                }
            }
        }
    }

    @Test(arguments: Orientation.allCases)
    func `rows of a turned picture are those of the upright one`(_ orientation: Orientation) throws {
        let (width, height) = (5, 3)
        let samples = (0..<width * height).map { UInt8($0 + 1) }
        var file = TIFFFile(width: width, height: height).with(274, 3, orientation.rawValue)
        file.data = samples
        var limits = Self.limits
        limits.appliesOrientation = true
        // TIFF 6.0, the tag Orientation: where the first row and the first column are.
        let expected: [UInt8] =
            switch orientation {
            case .upright: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
            case .mirror: [5, 4, 3, 2, 1, 10, 9, 8, 7, 6, 15, 14, 13, 12, 11]
            case .rotateHalf: [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
            case .flip: [11, 12, 13, 14, 15, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5]
            case .transpose: [1, 6, 11, 2, 7, 12, 3, 8, 13, 4, 9, 14, 5, 10, 15]
            case .rotateRight: [11, 6, 1, 12, 7, 2, 13, 8, 3, 14, 9, 4, 15, 10, 5]
            case .transverse: [15, 10, 5, 14, 9, 4, 13, 8, 3, 12, 7, 2, 11, 6, 1]
            case .rotateLeft: [5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11]
            }
        #expect(try Self.rows(file.bytes, limits) == expected)
    }

    @Test func `an error for which libtiff has no words has some`() throws {
        for compression in [3, 4] {
            var file = TIFFFile(width: 64, height: 8).with(258, 3, 1).with(259, 3, compression)
            file.data = [UInt8](repeating: 0, count: file.data.count)
            let error = #expect(throws: TIFFError.self) { try Self.rows(file.bytes) }
            #expect(error == TIFFError(.corrupt, "libtiff finds an error in the data, in strip 0"))
        }
    }

    @Test func `a deadline and a cancellation end decoding before the next row`() throws {
        let file = try #require(PlainTIFF.file(Self.picture(64, 64, rows: 64), nil))
        let header = try TIFFHeader(of: file.span, limits: Self.limits)
        let cancellation = Cancellation()
        file.withUnsafeBufferPointer { bytes in
            func read(_ deadline: ContinuousClock.Instant?, _ cancellation: Cancellation?) -> TIFFError.Kind?
            {
                do throws(TIFFError) {
                    var reader = try TIFFReader(
                        bytes, header: header, limits: Self.limits, isReference: false, deadline: deadline,
                        cancellation: cancellation)
                    let row = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: reader.rowBytes)
                    defer { row.deallocate() }
                    try reader.readRow(row)
                    return nil
                } catch {
                    return error.kind
                }
            }
            #expect(read(nil, cancellation) == nil)
            #expect(read(.now, nil) == .deadline)
            cancellation.cancel()
            #expect(read(nil, cancellation) == .cancelled)
        }
    }
}
