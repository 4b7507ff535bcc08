// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import HEIF
import HEIFDecoder
import Pixels
import Support
import Testing

/// Decoded pictures are compared with what their parts give, put together by the tests.
@Suite struct HEIFReaderTests {
    static let codings = ["hevc", "av1"]

    @Test(arguments: codings)
    func `a grid is its tiles beside each other, cut at the right and at the bottom`(_ coding: String) throws
    {
        let tiles = ["a", "b", "c", "d"].map { CodedPicture("\(coding)-\($0)") }
        let parts = try tiles.map { try DecodedPicture(HEIFBuilder($0).file) }
        #expect(Set(parts.map(\.pixels)).count == 4)
        for (width, height) in [(128, 128), (100, 90), (65, 65)] {
            let file = HEIFBuilder(rows: 2, columns: 2, width, height, tiles).file
            let expected = DecodedPicture(width: width, height: height) { x, y in
                parts[y / 64 * 2 + x / 64][x % 64, y % 64]
            }
            #expect(try DecodedPicture(file) == expected)
            #expect(try HEIFHeader(of: file.span, limits: DecodedPicture.limits).tiles == 4)
        }
    }

    @Test(arguments: codings)
    func `rotation and mirroring of the file are applied, in their order`(_ coding: String) throws {
        let tiles = [CodedPicture("\(coding)-a"), CodedPicture("\(coding)-b")]
        let (width, height) = (110, 64)
        let upright = try DecodedPicture(HEIFBuilder(rows: 1, columns: 2, width, height, tiles).file)
        // The quarter turns are counterclockwise.
        let turned = [
            DecodedPicture(width: height, height: width) { x, y in upright[width - 1 - y, x] },
            DecodedPicture(width: width, height: height) { x, y in upright[width - 1 - x, height - 1 - y] },
            DecodedPicture(width: height, height: width) { x, y in upright[y, height - 1 - x] },
        ]
        func decoded(_ properties: [[UInt8]]) throws -> DecodedPicture {
            try DecodedPicture(HEIFBuilder(rows: 1, columns: 2, width, height, tiles, properties).file)
        }
        for (index, picture) in turned.enumerated() {
            #expect(try decoded([HEIFBuilder.rotation(index + 1)]) == picture)
        }
        let mirrored = try decoded([HEIFBuilder.mirroring(0)])
        let sides = DecodedPicture(width: width, height: height) { x, y in upright[width - 1 - x, y] }
        let upsideDown = DecodedPicture(width: width, height: height) { x, y in upright[x, height - 1 - y] }
        // Editions of the standard differ in the meaning of the axis, and versions of libheif with them.
        #expect(mirrored == sides || mirrored == upsideDown)
        let both = try decoded([HEIFBuilder.rotation(1), HEIFBuilder.mirroring(0)])
        let quarter = turned[0]
        let flipped = DecodedPicture(width: height, height: width) { x, y in
            mirrored == sides ? quarter[height - 1 - x, y] : quarter[x, width - 1 - y]
        }
        #expect(both == flipped)
    }

    @Test(arguments: codings)
    func `the clean aperture is the part of the picture that is left`(_ coding: String) throws {
        let picture = CodedPicture("\(coding)-a")
        let whole = try DecodedPicture(HEIFBuilder(picture).file)
        // The middle of 40 x 20 pixels is 4 pixels to the right of that of the picture, and 10 pixels above it.
        let part = try DecodedPicture(
            HEIFBuilder(picture, [HEIFBuilder.crop(40, 20, x: 8, y: -20)]).file)
        #expect(part == DecodedPicture(width: 40, height: 20) { x, y in whole[x + 16, y + 12] })
        for (width, height, x, y) in [(64, 64, 0, 0), (1, 1, 0, 0), (33, 17, 3, -5), (60, 60, 40, 40)] {
            let file = HEIFBuilder(picture, [HEIFBuilder.crop(width, height, x: x, y: y)]).file
            let header = try HEIFHeader(of: file.span, limits: DecodedPicture.limits)
            let decoded = try DecodedPicture(file)
            #expect(decoded.width == header.width && decoded.height == header.height)
        }
        let outside = HEIFBuilder(picture, [HEIFBuilder.crop(10, 10, x: 400, y: 0)]).file
        let error = #expect(throws: HEIFError.self) {
            try HEIFHeader(of: outside.span, limits: DecodedPicture.limits)
        }
        #expect(error?.kind == .corrupt)
    }

    @Test(arguments: codings, [false, true])
    func `alpha is that of the alpha picture, and colours are divided by it if the file says so`(
        _ coding: String, isPremultiplied: Bool
    ) throws {
        let gray = CodedPicture("\(coding)-gray")
        var builder = HEIFBuilder(CodedPicture("\(coding)-a"))
        let opaque = try DecodedPicture(builder.file)
        let alpha = try DecodedPicture(HEIFBuilder(gray).file)
        let item = builder.add(gray, [HEIFBuilder.alpha])
        builder.references = [("auxl", item, [1])]
        if isPremultiplied { builder.references.append(("prem", 1, [item])) }
        let header = try HEIFHeader(of: builder.file.span, limits: DecodedPicture.limits)
        #expect(header.hasAlpha && header.color == .rgba)
        let decoded = try DecodedPicture(builder.file)
        let expected = DecodedPicture(width: 64, height: 64) { x, y in
            let value = Array(alpha[x, y])[0]
            let color = Array(opaque[x, y])[..<3].map { sample in
                guard isPremultiplied else { return sample }
                return value == 0 ? 0 : UInt8(clamping: (Int(sample) * 255 + Int(value) / 2) / Int(value))
            }
            return (color + [value])[...]
        }
        #expect(decoded == expected)
        #expect(Set(decoded.pixels.indices.filter { $0 % 4 == 3 }.map { decoded.pixels[$0] }).count > 50)
    }

    @Test func `samples of a picture that is coded without loss are exact, the highest 8 bits of 10`() throws
    {
        let exact = try DecodedPicture(CodedPicture("hevc-exact").file)
        let expected = DecodedPicture(width: 64, height: 64) { x, y in
            ((0..<3).map { UInt8((3 * x + 2 * y * ($0 + 1) + 60 * $0) % 256) } + [255])[...]
        }
        #expect(exact == expected)
        let wide = try DecodedPicture(CodedPicture("hevc-10-bits").file)
        let high = DecodedPicture(width: 64, height: 64) { x, y in
            let sample = UInt8((16 * x + 9 * y) % 1024 / 4)
            return [sample, sample, sample, 255][...]
        }
        #expect(wide == high)
    }

    @Test func `an overlay and a copy are decoded like the pictures that they are made of`() throws {
        let picture = CodedPicture("hevc-a")
        let whole = try DecodedPicture(HEIFBuilder(picture).file)
        var copy = HEIFBuilder(picture)
        let size = copy.add(HEIFBuilder.size(64, 64))
        copy.primary = copy.add(HEIFBuilder.Item(type: "iden", properties: [size]))
        copy.references = [("dimg", copy.primary, [1])]
        #expect(try HEIFHeader(of: copy.file.span, limits: DecodedPicture.limits).width == 64)
        var overlay = HEIFBuilder(picture)
        // The version, the flags, a background of 4 x 2 bytes, the canvas of 80 x 70 pixels, and a place.
        let data = [0, 0] + [UInt8](repeating: 0, count: 8) + [0, 80, 0, 70, 0, 9, 0, 5]
        let canvas = overlay.add(HEIFBuilder.size(80, 70))
        overlay.primary = overlay.add(HEIFBuilder.Item(type: "iovl", properties: [canvas], data: data))
        overlay.references = [("dimg", overlay.primary, [1])]
        let drawn = try DecodedPicture(overlay.file)
        #expect(drawn.width == 80 && drawn.height == 70)
        #expect(drawn[9, 5] == whole[0, 0] && drawn[72, 68] == whole[63, 63])
        #expect(Array(drawn[0, 0])[..<3] == [0, 0, 0])
    }

    @Test(arguments: codings)
    func `the header predicts an upper bound of the memory of decoding`(_ coding: String) throws {
        guard allocation_count_works() else { return }
        let tiles = ["a", "b", "c", "d"].map { CodedPicture("\(coding)-\($0)") }
        // The tables of the libraries are allocated once.
        _ = try DecodedPicture(HEIFBuilder(tiles[0]).file)
        // A grid of 30 x 30 tiles, which share the data of four pictures.
        let side = 30 * CodedPicture.side
        var limits = DecodedPicture.limits
        limits.pixels = side * side
        for properties in [[], [HEIFBuilder.rotation(1)], [HEIFBuilder.crop(1900, 1800, x: 0, y: 0)]] {
            var builder = HEIFBuilder(rows: 30, columns: 30, side, side, tiles, properties)
            builder.references[0].to = (0..<900).map { 2 + $0 % 4 }
            let file = builder.file
            let header = try HEIFHeader(of: file.span, limits: limits)
            allocation_count_begin()
            try file.withUnsafeBufferPointer { bytes in
                _ = try HEIFReader(bytes, header: header, limits: limits)
            }
            let peak = Int(allocation_count_peak())
            // The decoded picture alone has 3 bytes a pixel.
            #expect(peak >= 3 * side * side, "the allocations of libheif are counted")
            #expect(peak <= header.workingSetBytes)
        }
    }

    @Test func `a deadline that has passed, a cancellation and a limit of memory end decoding`() throws {
        let file = HEIFBuilder(CodedPicture("hevc-a")).file
        let header = try HEIFHeader(of: file.span, limits: DecodedPicture.limits)
        let cancellation = Cancellation()
        cancellation.cancel()
        var small = DecodedPicture.limits
        small.memoryBytes = header.workingSetBytes - 1
        func kind(
            _ limits: HEIFLimits, deadline: ContinuousClock.Instant? = nil, cancellation: Cancellation? = nil
        ) -> HEIFError.Kind? {
            file.withUnsafeBufferPointer { bytes in
                do throws(HEIFError) {
                    _ = try HEIFReader(
                        bytes, header: header, limits: limits, deadline: deadline, cancellation: cancellation)
                    return nil
                } catch {
                    return error.kind
                }
            }
        }
        #expect(kind(DecodedPicture.limits, deadline: .now) == .deadline)
        #expect(kind(DecodedPicture.limits, cancellation: cancellation) == .cancelled)
        #expect(kind(small) == .tooMuchMemory)
        #expect(
            kind(DecodedPicture.limits, deadline: .now + .seconds(600), cancellation: Cancellation()) == nil)
    }
}
