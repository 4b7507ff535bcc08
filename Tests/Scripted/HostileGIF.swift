// SPDX-License-Identifier: Apache-2.0

import Pixelation

/// The hostile GIF files, which are written block by block (GIF89a specification).
package enum HostileGIF {
    package static let files: [HostileFile] = [
        HostileFile("GIF: the signature alone", .truncated) { Array("GIF89a".utf8) },
        HostileFile("GIF: a canvas of 65500 x 65500 pixels", .tooManyPixels) {
            file(65_500, 65_500).level(width: 1, height: 1).trailer.bytes
        },
        HostileFile("GIF: a frame of 12,000 x 12,000 pixels on a small canvas", .tooManyPixels) {
            file(1, 1).level(width: 1, height: 1).descriptor(width: 12_000, height: 12_000).codes([]).bytes
        },
        HostileFile("GIF: 500 x 500 pixels, an LZW bomb", nil) { still(500, 500) },
        HostileFile("GIF: 500 x 500 pixels, an interlaced LZW bomb", nil) { still(500, 500, flags: 0x40) },
        HostileFile("GIF: 65,535 frames", .tooManyFrames) {
            file(10, 10).raw(HostileFile.repeated(frame(10, 10), 65_535)).trailer.bytes
        },
        HostileFile("GIF: 1000 frames of 1000 x 1000 pixels", .tooManyFrames) {
            file(1000, 1000).raw(HostileFile.repeated(frame(1, 1), 1000)).trailer.bytes
        },
        HostileFile("GIF: 1,000,000 empty extensions", .tooManyMarkers) {
            file(10, 10).raw(HostileFile.repeated([0x21, 0xFE, 0], 1_000_000)).raw(frame(10, 10)).bytes
        },
        HostileFile("GIF: an extension of 1,000,000 sub-blocks of one byte", nil) {
            file(10, 10).raw([0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8))
                .raw(HostileFile.repeated([1, 1], 1_000_000) + [0]).raw(frame(10, 10)).trailer.bytes
        },
        HostileFile("GIF: data of 500,000 sub-blocks of one byte", .truncated) {
            file(100, 100).descriptor(width: 100, height: 100).raw(HostileFile.repeated([1, 0], 500_000))
                .bytes
        },
        HostileFile("GIF: 1,000,000 clear codes and no pixel", .truncated) {
            file(100, 100).descriptor(width: 100, height: 100, bits: 2).raw(clearCodes(1500)).bytes
        },
        HostileFile("GIF: a frame without pixels", .corrupt) {
            file(10, 10).descriptor(width: 0, height: 10).codes([]).trailer.bytes
        },
        HostileFile("GIF: literal codes of 12 bits", .corrupt) {
            file(10, 10).descriptor(width: 10, height: 10, bits: 12).codes([]).trailer.bytes
        },
        HostileFile("GIF: a code that stands for nothing yet", .corrupt) {
            file(10, 10).descriptor(width: 10, height: 10).codes([(256, 9), (400, 9)]).trailer.bytes
        },
        HostileFile("GIF: 1,000,000 bytes between blocks", nil) {
            file(10, 10).raw([UInt8](repeating: 0, count: 1_000_000)).raw(frame(10, 10)).trailer.bytes
        },
        HostileFile("GIF: an animation that is cut in its third frame", .truncated) {
            file(40, 40).raw(HostileFile.repeated(frame(40, 40), 2)).raw(Array(frame(40, 40).prefix(20)))
                .bytes
        },
    ]

    package static let largeFiles: [HostileFile] = [
        HostileFile("GIF: 10,900 x 10,900 pixels, an LZW bomb", .tooMuchMemory) { still(10_900, 10_900) },
        HostileFile("GIF: 10,900 x 10,900 pixels, an interlaced LZW bomb", .tooMuchMemory) {
            still(10_900, 10_900, flags: 0x40)
        },
        HostileFile("GIF: 65,500 x 1800 pixels, an LZW bomb", .tooMuchMemory) { still(65_500, 1800) },
        HostileFile("GIF: 1000 frames of 490 x 490 pixels", .tooMuchMemory) {
            file(490, 490).raw(HostileFile.repeated(frame(490, 490), 1000)).trailer.bytes
        },
        HostileFile("GIF: 8 frames of 24 megapixels, each cleared", .tooMuchMemory) {
            let one = GIFFile(width: 0, height: 0).control(disposal: 2).bytes.dropFirst(13)
            return file(5600, 4400).raw(HostileFile.repeated(one + frame(5600, 4400), 8)).trailer.bytes
        },
        HostileFile("GIF: 60 MB of clear codes", .truncated) {
            file(2000, 2000).descriptor(width: 2000, height: 2000, bits: 2).raw(clearCodes(230_000)).bytes
        },
        HostileFile("GIF: 60 MB of sub-blocks of one byte", .truncated) {
            file(4000, 3000).descriptor(width: 4000, height: 3000)
                .raw(HostileFile.repeated([1, 0], 30_000_000)).bytes
        },
        HostileFile("GIF: 60 MB between blocks", nil) {
            file(10, 10).raw([UInt8](repeating: 0, count: 60_000_000)).raw(frame(10, 10)).trailer.bytes
        },
    ]

    package static let smallFiles: [HostileFile] = [
        HostileFile("GIF: an animation", nil) {
            file(6, 5).control(disposal: 2, transparent: 7).level(left: 1, top: 1, width: 4, height: 3)
                .control(disposal: 3).level(width: 6, height: 5, flags: 0x40).trailer.bytes
        },
        HostileFile("GIF: a still picture", nil) { file(3, 3).level(width: 3, height: 3).trailer.bytes },
    ]

    /// Returns the beginning of a file.
    private static func file(_ width: Int, _ height: Int) -> GIFFile { GIFFile(width: width, height: height) }

    private static func still(_ width: Int, _ height: Int, flags: UInt8 = 0) -> [UInt8] {
        file(width, height).level(width: width, height: height, flags: flags).trailer.bytes
    }

    /// Returns sub-blocks of codes of 3 bits, each of which is the clear code 4.
    private static func clearCodes(_ blocks: Int) -> [UInt8] {
        HostileFile.repeated([255] + HostileFile.repeated([0x24, 0x49, 0x92], 85), blocks)
    }

    /// Returns the blocks of a frame, without those of the file.
    private static func frame(_ width: Int, _ height: Int) -> [UInt8] {
        Array(file(1, 1).level(width: width, height: height).bytes.dropFirst(13))
    }
}
