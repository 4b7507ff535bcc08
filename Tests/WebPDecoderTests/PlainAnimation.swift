// SPDX-License-Identifier: Apache-2.0

import CPlainWebP
import Scripted

/// An animation that libwebp joins, and the canvases that the format says. The pixels of frames are opaque or wholly
/// transparent, so that blending has one result.
struct PlainAnimation {
    let width: Int
    let height: Int
    private(set) var file: [UInt8] = []
    /// The canvas while each frame is shown: red, green, blue and alpha of each pixel.
    private(set) var canvases: [[UInt8]] = []
    private(set) var milliseconds: [Int] = []

    init(frames count: Int, _ random: inout SplitMix) {
        width = Int.random(in: 1...60, using: &random)
        height = Int.random(in: 1...60, using: &random)
        var canvas = [UInt8](repeating: 0, count: width * height * 4)
        var files: [[UInt8]] = []
        var frames: [plain_webp_frame] = []
        for _ in 0..<count {
            let x = Int.random(in: 0..<(width + 1) / 2, using: &random) * 2
            let y = Int.random(in: 0..<(height + 1) / 2, using: &random) * 2
            let holes = Bool.random(using: &random)
            var random2 = SplitMix(seed: random.next())
            let picture = PlainPicture(
                Int.random(in: 1...width - x, using: &random), Int.random(in: 1...height - y, using: &random),
                alpha: { _ in holes && random2.next() % 3 == 0 ? 0 : 255 }, &random)
            let frame = plain_webp_frame(
                file: nil, count: 0, x: Int32(x), y: Int32(y),
                milliseconds: Int32.random(in: 0...500, using: &random), dispose: .random(using: &random),
                blend: .random(using: &random))
            files.append(picture.file(quality: nil))
            frames.append(frame)
            milliseconds.append(Int(frame.milliseconds))
            func each(_ body: (Int, Int) -> Void) {
                for row in 0..<picture.height {
                    for column in 0..<picture.width {
                        body(((y + row) * width + x + column) * 4, (row * picture.width + column) * 4)
                    }
                }
            }
            each { to, from in
                guard picture.pixels[from + 3] == 255 || !frame.blend else { return }
                canvas.replaceSubrange(to..<to + 4, with: picture.pixels[from..<from + 4])
            }
            canvases.append(canvas)
            if frame.dispose {
                each { to, _ in canvas.replaceSubrange(to..<to + 4, with: [0, 0, 0, 0]) }
            }
        }
        file = Self.join(files, frames, width, height)
    }

    private static func join(
        _ files: [[UInt8]], _ frames: [plain_webp_frame], _ width: Int, _ height: Int
    ) -> [UInt8] {
        var frames = frames
        let copies = files.map { file -> UnsafeMutableBufferPointer<UInt8> in
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: file.count)
            _ = copy.initialize(from: file)
            return copy
        }
        defer { for copy in copies { copy.deallocate() } }
        for (index, copy) in copies.enumerated() {
            frames[index].file = UnsafePointer(copy.baseAddress)
            frames[index].count = copy.count
        }
        var joined: UnsafeMutablePointer<UInt8>?
        let count = plain_webp_join(frames, Int32(frames.count), Int32(width), Int32(height), 3, 0, &joined)
        defer { joined?.deallocate() }
        return Array(UnsafeBufferPointer(start: joined, count: count))
    }
}
