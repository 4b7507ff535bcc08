// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import CPlainPNG
import PNG
import PNGDecoder
import Scripted
import Support
import Testing

/// The rows of `PNGReader` are compared with the pixels of which the files are made.
@Suite struct PNGReaderTests {
    private static let shapes = PlainPNG.formats.indices.flatMap { format in
        [(false, false), (true, false), (false, true), (true, true)].map { (format, $0.0, $0.1) }
    }

    @Test func `rows of every format are the colours that libpng finds`() throws {
        var random = SplitMix(seed: 1)
        for (format, isInterlaced, isKeyed) in Self.shapes {
            for side in [1, 2, 5, 9, 33] {
                let picture = PlainPNG(
                    PlainPNG.formats[format], width: side, height: 1 + side / 2, isInterlaced: isInterlaced,
                    isKeyed: isKeyed, &random)
                let file = picture.file()
                let (header, bytes, isCut) = try PlainPNG.rows(file)
                var expected = [UInt8](repeating: 0, count: 4 * picture.width * picture.height)
                #expect(plain_png_decode(file, file.count, &expected, expected.count) && !isCut)
                let name = "\(picture.colorType) \(picture.depth) \(isInterlaced) \(isKeyed) \(side)"
                #expect(PlainPNG.rgba(bytes, header.colorLayout) == expected, "\(name)")
                #expect(
                    header.hasAlpha == (expected.indices.contains { $0 % 4 == 3 && expected[$0] < 255 })
                        || header.colorType == .palette || header.hasAlpha, "\(name)")
            }
        }
    }

    @Test func `stored rows are indices, 16 bits of gray, and colours without the transparent one`() throws {
        var random = SplitMix(seed: 2)
        for (format, isInterlaced, isKeyed) in Self.shapes {
            let picture = PlainPNG(
                PlainPNG.formats[format], width: 13, height: 7, isInterlaced: isInterlaced, isKeyed: isKeyed,
                &random)
            let (header, bytes, _) = try PlainPNG.rows(picture.file(), stored: true)
            var expected: [UInt8] = []
            let samples = picture.colorType.samples
            for row in 0..<7 {
                let packed = Array(picture.pixels[row * picture.rowBytes..<(row + 1) * picture.rowBytes])
                for column in 0..<13 {
                    var pixel: [UInt8] = (0..<samples).flatMap { sample -> [UInt8] in
                        let bit = (column * samples + sample) * picture.depth
                        if picture.depth == 16 { return [packed[bit / 8], packed[bit / 8 + 1]] }
                        let mask = UInt8((1 << picture.depth) - 1)
                        return [packed[bit / 8] >> UInt8(8 - picture.depth - bit % 8) & mask]
                    }
                    if picture.depth == 16, header.storedLayout != .gray16 {
                        pixel = stride(from: 0, to: pixel.count, by: 2).map { pixel[$0] }
                    }
                    if header.storedLayout == .gray, picture.depth < 8 {
                        pixel[0] *= UInt8(255 / ((1 << picture.depth) - 1))
                    }
                    if header.storedLayout == .rgbx { pixel.append(255) }
                    if header.storedLayout == .rgba, samples == 2 { pixel = [pixel[0], pixel[0]] + pixel }
                    expected += pixel
                }
            }
            #expect(bytes == expected, "\(picture.colorType) \(picture.depth) \(isInterlaced) \(isKeyed)")
        }
    }

    @Test(arguments: [false, true])
    func `a file cut at any byte is refused, or decoded as far as it goes if that is accepted`(
        isInterlaced: Bool
    ) throws {
        var random = SplitMix(seed: 3)
        let picture = PlainPNG(
            (.rgb, 8), width: 17, height: 40, isInterlaced: isInterlaced, isKeyed: false, &random)
        let file = picture.file()
        let whole = try PlainPNG.rows(file).bytes
        var accepting = PlainPNG.limits
        accepting.acceptsTruncated = true
        var refused = 0
        for count in 0..<file.count {
            let cut = Array(file.prefix(count))
            do {
                let bytes = try PlainPNG.rows(cut).bytes
                // All rows are there: only the end of the file is missing, as Pillow accepts it.
                #expect(bytes == whole && count > file.count - 24)
            } catch {
                refused += 1
                #expect([.truncated, .notPNG].contains(error.kind), "\(count): \(error)")
            }
            do {
                let (_, bytes, isCut) = try PlainPNG.rows(cut, limits: accepting)
                #expect(isCut || bytes == whole)
                if isInterlaced { continue }
                let same = zip(bytes, whole).prefix { $0.0 == $0.1 }.count / 68
                #expect(bytes[(same * 68)...].allSatisfy { $0 == 0 }, "\(count)")
            } catch {
                #expect([.truncated, .notPNG].contains(error.kind), "\(count): \(error)")
            }
        }
        #expect(refused > file.count - 24)
    }

    @Test func `damaged pixels are corrupt, and random damage never breaks the reader`() throws {
        var random = SplitMix(seed: 4)
        let picture = PlainPNG(
            (.rgba, 8), width: 40, height: 30, isInterlaced: false, isKeyed: false, &random)
        let file = picture.file()
        var kinds: Set<PNGError.Kind> = []
        for round in 0..<600 {
            var damaged = file
            for _ in 0...round % 3 {
                damaged[Int.random(in: 0..<file.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            do { _ = try PlainPNG.rows(damaged) } catch { kinds.insert(error.kind) }
        }
        #expect(kinds.contains(.corrupt) && !kinds.contains(.internal))
    }

    /// A changed bit of the last four bytes, the checksum of the deflate stream, is always found, also behind the last
    /// row: libpng only warns there. The checksum of a chunk does not matter.
    @Test(arguments: [false, true], [false, true])
    func `a changed bit of the pixels is found by the checksum of the stream`(
        isInterlaced: Bool, isSplit: Bool
    ) throws {
        var random = SplitMix(seed: 8)
        let picture = PlainPNG(
            (.rgb, 8), width: 17, height: 12, isInterlaced: isInterlaced, isKeyed: false, &random)
        var file = picture.file()
        let whole = try PlainPNG.rows(file).bytes
        let name = try #require(file.indices.first { file[$0...].starts(with: "IDAT".utf8) })
        let length = file[name - 4..<name].reduce(0) { $0 << 8 | Int($1) }
        var places = Array(name + 4..<name + 4 + length)
        if isSplit {
            // The last four bytes are in a chunk of their own, behind a checksum of zeros.
            file.insert(contentsOf: [0, 0, 0, 0, 0, 0, 0, 4] + Array("IDAT".utf8), at: name + length)
            let shorter = (0..<4).map { UInt8(truncatingIfNeeded: (length - 4) >> (24 - 8 * $0)) }
            file.replaceSubrange(name - 4..<name, with: shorter)
            places = Array(name + 4..<name + length) + Array(name + length + 12..<name + length + 16)
        }
        let checksum = places.suffix(4)
        let end = places[length - 1] + 1
        var found = 0
        for place in places + Array(end..<end + 4) {
            for bit in 0..<8 {
                var changed = file
                changed[place] ^= 1 << bit
                do {
                    let bytes = try PlainPNG.rows(changed).bytes
                    #expect(bytes == whole && !checksum.contains(place), "bit \(bit) of byte \(place)")
                } catch {
                    #expect(places.contains(place), "\(error)")
                    #expect([.corrupt, .truncated].contains(error.kind), "\(error)")
                    found += 1
                }
            }
        }
        // Some bits between two blocks of the stream have no meaning.
        #expect(found > 8 * length - 16)
    }

    @Test func `a passed deadline and a cancellation end the decoding`() {
        var random = SplitMix(seed: 5)
        for isInterlaced in [false, true] {
            let file = PlainPNG(
                (.gray, 8), width: 9, height: 9, isInterlaced: isInterlaced, isKeyed: false, &random
            ).file()
            let late = #expect(throws: PNGError.self) { try PlainPNG.rows(file, deadline: .now) }
            #expect(late?.kind == .deadline)
            let cancellation = Cancellation()
            cancellation.cancel()
            let ended = #expect(throws: PNGError.self) { try PlainPNG.rows(file, cancellation: cancellation) }
            #expect(ended?.kind == .cancelled)
        }
    }

    @Test func `the memory of decoding is at most the predicted one`() throws {
        guard allocation_count_works() else { return }
        var random = SplitMix(seed: 6)
        for (format, isInterlaced, isKeyed) in Self.shapes {
            for (width, height) in [(3, 200), (900, 20)] {
                let file = PlainPNG(
                    PlainPNG.formats[format], width: width, height: height, isInterlaced: isInterlaced,
                    isKeyed: isKeyed, &random
                ).file()
                let header = try PNGHeader(of: file.span, limits: PlainPNG.limits)
                for stored in [false, true] {
                    allocation_count_begin()
                    let rows = try PlainPNG.rows(file, stored: stored)
                    let peak = Int(allocation_count_peak()) - rows.bytes.count
                    #expect(
                        peak <= header.workingSetBytes,
                        "\(header.colorType) \(header.depth) \(isInterlaced) \(width)")
                }
            }
        }
    }

    @Test func `an interlaced picture beyond the memory limit is refused before its rows are decoded`() throws
    {
        var random = SplitMix(seed: 7)
        let file = PlainPNG(
            (.rgba, 8), width: 600, height: 400, isInterlaced: true, isKeyed: false, &random
        ).file()
        var limits = PlainPNG.limits
        limits.memoryBytes = 600 * 400 * 4
        let error = #expect(throws: PNGError.self) { try PlainPNG.rows(file, limits: limits) }
        #expect(error?.kind == .tooMuchMemory)
    }
}
