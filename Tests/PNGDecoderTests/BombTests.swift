// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import Glibc
import PNG
import PNGDecoder
import PNGEncoder
import Pixels
import Scripted
import Testing

/// Hostile files are refused with a kind, or decoded, in little time and memory.
@Suite struct BombTests {
    private static func bigEndian(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xFF) }
    }

    /// Returns a chunk. The checksum is wrong unless the reader has to accept it.
    private static func chunk(_ type: String, _ data: [UInt8], isChecked: Bool = true) -> [UInt8] {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in isChecked ? Array(type.utf8) + data : [] {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return bigEndian(data.count) + Array(type.utf8) + data + bigEndian(Int(~sum))
    }

    private static func start(
        _ width: Int, _ height: Int, depth: UInt8 = 8, type: UInt8 = 6, isInterlaced: Bool = false
    ) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", bigEndian(width) + bigEndian(height) + [depth, type, 0, 0, isInterlaced ? 1 : 0])
    }

    /// A zlib stream of the highest ratio: 258 zero bytes for each two bits. The writer of outputs makes it.
    private static func zeros(_ side: Int) -> [UInt8] {
        let grid = Grid(size: 1, color: .rgba, samples: [0, 0, 0, 0])
        let file = PNGWriter(width: side, height: side).encode(grid)
        var (at, data): (Int, [UInt8]) = (8, [])
        while at < file.count {
            let length = file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            if file[at + 4..<at + 8].elementsEqual("IDAT".utf8) { data += file[at + 8..<at + 8 + length] }
            at += 12 + length
        }
        return data
    }

    private static let limits = PNGLimits(
        pixels: 50_000_000, chunks: 1000, memoryBytes: 256 << 20, acceptsTruncated: false)

    private func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Expects that a file is refused with a kind within 2 seconds of processor time and 256 MB.
    private func expectRefused(
        _ file: [UInt8], _ kind: PNGError.Kind, accepts: Bool = false, _ name: String
    ) {
        var limits = Self.limits
        limits.acceptsTruncated = accepts
        let start = processorSeconds()
        allocation_count_begin()
        var found: PNGError.Kind?
        do throws(PNGError) {
            let header = try PNGHeader(of: file.span, limits: limits)
            try file.withUnsafeBufferPointer { (bytes) throws(PNGError) in
                var reader = try PNGReader(bytes, header: header, layout: header.colorLayout, limits: limits)
                try reader.start()
                var row = [UInt8](repeating: 0, count: reader.rowBytes)
                for _ in 0..<header.height {
                    try row.withUnsafeMutableBufferPointer { (row) throws(PNGError) in try reader.readRow(row)
                    }
                }
            }
        } catch { found = error.kind }
        let seconds = processorSeconds() - start
        #expect(found == kind, "\(name)")
        #expect(seconds < 2, "\(name): \(seconds) s")
        if allocation_count_works() { #expect(allocation_count_peak() < 256 << 20, "\(name)") }
    }

    @Test func `pictures that are larger than their data can be are refused at once`() {
        let data = Self.chunk("IDAT", [UInt8](repeating: 0, count: 200))
        expectRefused(Self.start(65_500, 65_500) + data, .tooManyPixels, "huge sides")
        expectRefused(Self.start(0x7FFF_FFFF, 1) + data, .sideTooLong, "a huge side")
        expectRefused(Self.start(7000, 7000) + data, .truncated, "few data")
        expectRefused(Self.start(7000, 7000, isInterlaced: true) + data, .truncated, "few data, interlaced")
        expectRefused(Self.start(7000, 7000, depth: 16) + data, .tooManyPixels, "16 bits")
        expectRefused(
            Self.start(4900, 4900, depth: 16, isInterlaced: true)
                + Self.chunk("IDAT", [UInt8](repeating: 0, count: 600_000), isChecked: false), .corrupt,
            "16 bits, interlaced")
    }

    @Test func `a million chunks are refused`() {
        let text = Self.chunk("tEXt", [])
        var many = Self.start(10, 10)
        many.reserveCapacity(1 << 24)
        for _ in 0..<1_000_000 { many += text }
        expectRefused(many, .tooManyChunks, "tEXt")
        let data = Self.chunk("IDAT", [])
        many = Self.start(10, 10)
        for _ in 0..<1_000_000 { many += data }
        expectRefused(many, .tooManyChunks, "IDAT")
        many = Self.start(10, 10)
        for _ in 0..<90_000 { many += data }
        expectRefused(many, .truncated, "empty IDAT")
    }

    @Test func `compressed chunks besides the pixels are never decompressed`() throws {
        let bomb = Self.zeros(6000)
        for type in ["iCCP", "zTXt", "iTXt"] {
            let head: [UInt8] = type == "iTXt" ? [65, 0, 1, 0, 0, 0] : [65, 0, 0]
            let file =
                Self.start(10, 10) + Self.chunk(type, head + bomb) + Self.chunk("IDAT", [0x78, 0x9C, 3, 0])
            // The pixels end early, which shows that the reader has come to them.
            expectRefused(file, .truncated, type)
        }
    }

    @Test func `a stream that goes on behind the picture is not decompressed`() throws {
        let bomb = Self.zeros(7000)
        let file =
            Self.start(100, 100, type: 3) + Self.chunk("PLTE", [1, 2, 3])
            + Self.chunk("IDAT", bomb) + Self.chunk("IEND", [])
        let start = processorSeconds()
        let rows = try PlainPNG.rows(file, limits: Self.limits)
        #expect(rows.bytes.count == 40_000 && processorSeconds() - start < 1)
    }
}
