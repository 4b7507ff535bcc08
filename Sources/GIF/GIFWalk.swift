// SPDX-License-Identifier: Apache-2.0

/// A walk over the blocks of a GIF file, in the order of the file.
struct GIFWalk {
    private let limits: GIFLimits
    private var fields: GIFFields
    /// The width of the logical screen in pixels. It can be 0.
    private(set) var width: Int
    /// The height of the logical screen in pixels. It can be 0.
    private(set) var height: Int
    private(set) var background: UInt8 = 0
    private(set) var frames: [GIFFrame] = []
    private(set) var loops: Int?
    /// True when the file ends within a block, or before its first frame.
    private(set) var endedEarly = false
    private var palette = GIFPalette.gray
    private var extensions = 0
    /// The values of Graphic Control Extensions for the next frame.
    private var next = GIFFrame(left: 0, top: 0, width: 0, height: 0)

    /// Reads the Logical Screen Descriptor and the Global Color Table (GIF89a specification, 18 and 19).
    init(of file: Span<UInt8>, limits: GIFLimits) throws(GIFError) {
        self.limits = limits
        // The signature has 6 bytes.
        fields = GIFFields(at: 6)
        guard let width = fields.word(file), let height = fields.word(file), let flags = fields.byte(file),
            let background = fields.byte(file), fields.byte(file) != nil
        else { throw GIFError(.truncated, "the file ends in its header") }
        (self.width, self.height) = (width, height)
        if flags & 0x80 != 0 {
            self.background = background
            guard let palette = try palette(flags, file) else {
                throw GIFError(.truncated, "the file ends in its global palette")
            }
            self.palette = palette
        }
    }

    /// Reads the blocks behind the header. Bytes between blocks that begin no block are skipped, as by Pillow.
    mutating func readBlocks(_ file: Span<UInt8>) throws(GIFError) {
        while !endedEarly, let label = fields.byte(file) {
            if label == 0x3B { return }
            if label == 0x21 {
                try readExtension(file)
            } else if label == 0x2C {
                try readFrame(file)
                if limits.isStill { return }
            }
        }
        // Many files have no trailer behind their last frame.
        if frames.isEmpty { end() }
    }

    private mutating func readExtension(_ file: Span<UInt8>) throws(GIFError) {
        extensions += 1
        guard extensions <= limits.blocks + frames.count + 1 else {
            throw GIFError(
                .tooManyBlocks,
                "more than \(extensions - 1) extension blocks, "
                    + "\(limits.blocks) are allowed besides one for each frame")
        }
        guard let label = fields.byte(file), let block = fields.subBlock(file) else { return end() }
        if block.isEmpty { return }
        if label == 0xF9 { readControl(file, block) }
        if label == 0xFF, frames.isEmpty, starts(file, block, "NETSCAPE2.0") {
            guard let block = fields.subBlock(file) else { return end() }
            if block.isEmpty { return }
            if block.count >= 3, file[block.lowerBound] == 1 {
                loops = Int(file[block.lowerBound + 1]) | Int(file[block.lowerBound + 2]) << 8
            }
        }
        if !fields.skipSubBlocks(file) { end() }
    }

    /// Reads a Graphic Control Extension.
    private mutating func readControl(_ file: Span<UInt8>, _ block: Range<Int>) {
        guard block.count >= 4 else { return }
        let at = block.lowerBound
        let flags = file[at]
        if flags & 1 != 0 { next.transparentIndex = file[at + 3] }
        next.milliseconds = (Int(file[at + 1]) | Int(file[at + 2]) << 8) * 10
        if flags >> 2 & 7 != 0 { next.disposal = Int(flags >> 2 & 7) }
    }

    private func starts(_ file: Span<UInt8>, _ block: Range<Int>, _ text: String) -> Bool {
        block.count >= text.utf8.count && zip(block, text.utf8).allSatisfy { file[$0] == $1 }
    }

    /// Reads an Image Descriptor with a Local Color Table, and skips the data (GIF89a specification, 20 to 22).
    private mutating func readFrame(_ file: Span<UInt8>) throws(GIFError) {
        guard let left = fields.word(file), let top = fields.word(file), let width = fields.word(file),
            let height = fields.word(file), let flags = fields.byte(file)
        else { return end() }
        var frame = next
        (frame.left, frame.top, frame.width, frame.height) = (left, top, width, height)
        frame.isInterlaced = flags & 0x40 != 0
        frame.palette = palette
        if flags & 0x80 != 0 {
            guard let local = try palette(flags, file) else { return end() }
            frame.palette = local
        }
        frame.dataOffset = fields.at
        try check(frame)
        guard let bits = fields.byte(file) else { return end() }
        guard (1...8).contains(bits) else {
            throw GIFError(.corrupt, "frame \(frames.count + 1) has literal codes of \(bits) bits")
        }
        frames.append(frame)
        next = GIFFrame(left: 0, top: 0, width: 0, height: 0, disposal: frame.disposal)
        if !fields.skipSubBlocks(file) { end() }
    }

    private mutating func palette(_ flags: UInt8, _ file: Span<UInt8>) throws(GIFError) -> GIFPalette? {
        fields.range(3 << Int(flags & 7 + 1), file).map { GIFPalette($0, in: file) }
    }

    /// Throws an error when a frame is empty or exceeds a limit.
    private mutating func check(_ frame: GIFFrame) throws(GIFError) {
        guard frame.pixels > 0 else {
            throw GIFError(
                .corrupt, "frame \(frames.count + 1) has \(frame.width) x \(frame.height) pixels")
        }
        if frames.isEmpty {
            width = max(width, frame.left + frame.width)
            height = max(height, frame.top + frame.height)
            guard max(width, height) <= GIFHeader.maximumSide else {
                throw GIFError(
                    .tooManyPixels,
                    "\(width) x \(height) pixels, a side may have \(GIFHeader.maximumSide)")
            }
        }
        let pixels = max(width * height, frame.pixels)
        guard pixels <= limits.pixels else {
            throw GIFError(.tooManyPixels, "\(pixels) pixels, \(limits.pixels) are allowed")
        }
        guard !limits.isStill else { return }
        guard frames.count < limits.frames else {
            throw GIFError(
                .tooManyFrames, "more than \(limits.frames) frames, \(limits.frames) are allowed")
        }
        guard frames.isEmpty || max(10, frames.count + 1) * pixels <= limits.framePixels else {
            throw GIFError(
                .tooManyFrames,
                "\(frames.count + 1) frames or more of \(pixels) pixels, "
                    + "\(limits.framePixels) pixels are allowed in all frames, of which there are at least 10"
            )
        }
    }

    private mutating func end() { endedEarly = true }
}
