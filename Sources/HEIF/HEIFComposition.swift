// SPDX-License-Identifier: Apache-2.0

/// The way in which the primary picture is made of other items. It follows the references as libheif does when it
/// decodes the picture, and refuses a loop, and work that exceeds the limits.
struct HEIFComposition {
    /// The number of items that are made of each other at most. Real files have 2: a grid and its tiles.
    private static let depth = 8
    /// The number of pixels by which the coded picture may exceed the stated one, on each side: the largest block.
    private static let largestBlock = 128

    private let file: HEIFFile
    private let limits: HEIFLimits
    /// The items that the current one is a part of.
    private var path: [Int] = []
    private var visits = 0
    private var data: CodedData
    /// The formats of the items whose data are read.
    private var formats: [Int: CodedFormat] = [:]
    private var decodedPixels = 0

    private init(_ file: HEIFFile, _ limits: HEIFLimits) {
        self.file = file
        self.limits = limits
        data = CodedData(units: limits.entries)
    }

    /// Returns the header of a file.
    ///
    /// - Throws: `HEIFError` of kind `unsupported`, `corrupt`, `truncated`, `tooManyPixels` or `tooManyBoxes`.
    static func header(
        of file: HEIFFile, _ bytes: Span<UInt8>, limits: HEIFLimits
    ) throws(HEIFError) -> HEIFHeader {
        guard let primary = file.primary, let item = file.items[primary] else {
            throw HEIFError(.corrupt, "the file has no primary item, or one that it lacks")
        }
        var composition = HEIFComposition(file, limits)
        let part = try composition.part(primary, bytes)
        let isGrid = item.type == HEIFBox.type("grid")
        var longestSide = 1
        for property in file.properties {
            if case .size(let width, let height) = property {
                longestSide = max(longestSide, min(max(width, height), 1 << 30))
            }
        }
        var header = HEIFHeader(
            part, hasAlpha: part.hasAlpha, tiles: isGrid ? item.parts.count : 1,
            longestSide: max(longestSide, part.width, part.height), fileBytes: bytes.count)
        // libheif copies the data of each item, and has an object for each box.
        header.workingSetBytes += bytes.count + file.items.count * 4096 + 2 << 20
        header.profile =
            composition.profile(item)
            ?? (isGrid ? item.parts.first.flatMap { file.items[$0] }.flatMap(composition.profile) : nil)
        return header
    }

    private func properties(_ item: HEIFItem) -> [HEIFProperty] {
        item.properties.map { file.properties[$0] }
    }

    private func profile(_ item: HEIFItem) -> Range<Int>? {
        for case .profile(let range) in properties(item) { return range }
        return nil
    }

    // MARK: Items

    /// Returns the result of an item.
    private mutating func part(_ id: Int, _ bytes: Span<UInt8>) throws(HEIFError) -> HEIFPart {
        guard let item = file.items[id] else {
            throw HEIFError(.corrupt, "the picture is made of item \(id), which the file lacks")
        }
        guard !path.contains(id) else { throw HEIFError(.corrupt, "item \(id) is made of itself") }
        guard path.count < Self.depth else {
            throw HEIFError(.corrupt, "more than \(Self.depth) items are made of each other")
        }
        visits += 1
        guard visits <= limits.entries else {
            throw HEIFError(.tooManyBoxes, "the picture is made of more than \(limits.entries) items")
        }
        path.append(id)
        defer { path.removeLast() }
        var part: HEIFPart
        switch item.type {
        case HEIFBox.type("hvc1"), HEIFBox.type("av01"): part = try coded(item, id, bytes)
        case HEIFBox.type("grid"): part = try grid(item, id, bytes)
        case HEIFBox.type("iden"):
            guard item.parts.count == 1 else {
                throw HEIFError(.corrupt, "item \(id) is a copy of \(item.parts.count) items")
            }
            part = try self.part(item.parts[0], bytes)
        case HEIFBox.type("iovl"): part = try overlay(item, id, bytes)
        default:
            throw HEIFError(
                .unsupported,
                "item \(id) has the type \(HEIFBox.name(item.type)), which is not decoded, only HEVC, AV1, and what is "
                    + "made of them")
        }
        try transform(&part, item, id)
        try addAlpha(&part, item, bytes)
        return part
    }

    /// Counts the pixels of a picture and refuses one that is too large.
    private mutating func admit(_ width: Int, _ height: Int, _ id: Int) throws(HEIFError) {
        guard width > 0, height > 0 else { throw HEIFError(.corrupt, "item \(id) has no pixels") }
        let (pixels, isHuge) = width.multipliedReportingOverflow(by: height)
        guard !isHuge, pixels <= limits.pixels else {
            throw HEIFError(.tooManyPixels, "\(width) x \(height) pixels, \(limits.pixels) are allowed")
        }
        decodedPixels += pixels
        guard decodedPixels <= limits.decodedPixels else {
            throw HEIFError(
                .tooManyPixels,
                "the pictures that the picture is made of have together more than \(limits.decodedPixels) pixels, 4 "
                    + "times the number that is allowed")
        }
    }

    /// Returns the result of an item with coded data.
    private mutating func coded(
        _ item: HEIFItem, _ id: Int, _ bytes: Span<UInt8>
    ) throws(HEIFError) -> HEIFPart {
        var size: (width: Int, height: Int)?
        for case .size(let width, let height) in properties(item) { size = size ?? (width, height) }
        guard let size else { throw HEIFError(.corrupt, "item \(id) has no size (box ispe)") }
        try admit(size.width, size.height, id)
        let isHEVC = item.type == HEIFBox.type("hvc1")
        let stated: CodedFormat
        if let known = formats[id] {
            stated = known
        } else {
            stated = try format(item, id, bytes)
            formats[id] = stated
        }
        guard stated.width <= size.width + Self.largestBlock,
            stated.height <= size.height + Self.largestBlock
        else {
            throw HEIFError(
                .corrupt,
                "the data of item \(id) have \(stated.width) x \(stated.height) pixels, and the file says "
                    + "\(size.width) x \(size.height)")
        }
        let pixels = (stated.width + 64) * (stated.height + 64)
        let sampleBytes = stated.depth > 8 ? 2 : 1
        let planes = pixels * stated.samples * sampleBytes / 2
        let colors = pixels * 3 * sampleBytes
        return HEIFPart(
            width: size.width, height: size.height, coding: isHEVC ? .hevc : .av1, depth: stated.depth,
            hasAlpha: false, keptBytes: colors,
            // The decoder with its copy for libheif, or the copy with two steps of the conversion into RGB.
            peakBytes: max(2 * planes + 2 * pixels, planes + 2 * colors) + item.dataBytes)
    }

    /// Returns the format of coded data, the largest one that the file states.
    private mutating func format(
        _ item: HEIFItem, _ id: Int, _ bytes: Span<UInt8>
    ) throws(HEIFError) -> CodedFormat {
        guard item.dataBytes > 0 else { throw HEIFError(.corrupt, "item \(id) has no data") }
        var format: CodedFormat?
        if item.type == HEIFBox.type("hvc1") {
            var lengthBytes: Int?
            for case .hevc(let stated, let length) in properties(item) {
                (format, lengthBytes) = (stated, length)
            }
            guard let lengthBytes else {
                throw HEIFError(.corrupt, "item \(id) has no parameters (box hvcC)")
            }
            guard lengthBytes == 4 else {
                throw HEIFError(.unsupported, "the lengths in the HEVC data have \(lengthBytes) bytes, not 4")
            }
            try data.readHEVC(HEIFData(item), bytes, &format)
        } else {
            for case .av1(let stated) in properties(item) { format = stated }
            try data.readAV1(HEIFData(item), bytes, &format)
        }
        guard let format, format.width > 0 else {
            throw HEIFError(.corrupt, "the data of item \(id) state no size")
        }
        return format
    }

    private mutating func grid(
        _ item: HEIFItem, _ id: Int, _ bytes: Span<UInt8>
    ) throws(HEIFError) -> HEIFPart {
        var data = HEIFData(item)
        let isLarge = data.number(2, bytes).map { $0 & 1 == 1 }
        let (rows, columns) = (data.number(1, bytes), data.number(1, bytes))
        let size = isLarge == true ? 4 : 2
        let (width, height) = (data.number(size, bytes), data.number(size, bytes))
        guard let rows, let columns, let width, let height else {
            throw HEIFError(.corrupt, "the data of the grid, item \(id), end early")
        }
        let tiles = item.parts
        guard tiles.count == (rows + 1) * (columns + 1) else {
            throw HEIFError(
                .corrupt,
                "a grid of \(rows + 1) x \(columns + 1) tiles, of which the file names \(tiles.count)")
        }
        try admit(width, height, id)
        let part = try canvas(width, height, tiles, bytes)
        guard part.covered >= width * height else {
            throw HEIFError(.corrupt, "the tiles of the grid, item \(id), do not cover it")
        }
        return part.result
    }

    private mutating func overlay(
        _ item: HEIFItem, _ id: Int, _ bytes: Span<UInt8>
    ) throws(HEIFError) -> HEIFPart {
        var data = HEIFData(item)
        let isLarge = data.number(2, bytes).map { $0 & 1 == 1 }
        data.skip(8)
        let size = isLarge == true ? 4 : 2
        guard let width = data.number(size, bytes), let height = data.number(size, bytes) else {
            throw HEIFError(.corrupt, "the data of the overlay, item \(id), end early")
        }
        try admit(width, height, id)
        let part = try canvas(width, height, item.parts, bytes)
        guard part.first != nil else { throw HEIFError(.corrupt, "the overlay, item \(id), has no pictures") }
        return part.result
    }

    /// Returns the result of an item into which others are drawn, with the first of them and the number of pixels of
    /// all.
    private mutating func canvas(
        _ width: Int, _ height: Int, _ items: [Int], _ bytes: Span<UInt8>
    ) throws(HEIFError) -> (result: HEIFPart, first: HEIFPart?, covered: Int) {
        var first: HEIFPart?
        var (depth, largest, covered, hasAlpha) = (8, 0, 0, false)
        for item in items {
            let part = try self.part(item, bytes)
            first = first ?? part
            depth = max(depth, part.depth)
            largest = max(largest, part.peakBytes + part.keptBytes)
            covered += part.width * part.height
            hasAlpha = hasAlpha || part.hasAlpha
        }
        let kept = width * height * (hasAlpha ? 4 : 3) * (depth > 8 ? 2 : 1)
        let result = HEIFPart(
            width: width, height: height, coding: first?.coding ?? .hevc, depth: depth, hasAlpha: hasAlpha,
            keptBytes: kept, peakBytes: kept + largest)
        return (result, first, covered)
    }

    /// Applies the transformations of an item, in their order.
    private func transform(_ part: inout HEIFPart, _ item: HEIFItem, _ id: Int) throws(HEIFError) {
        for property in properties(item) {
            switch property {
            case .rotation(let turns):
                if turns % 2 == 1 { swap(&part.width, &part.height) }
                part.peakBytes = max(part.peakBytes, 2 * part.keptBytes)
            case .crop(let crop):
                guard let size = crop.size(of: (part.width, part.height)) else {
                    throw HEIFError(.corrupt, "the clean aperture of item \(id) is outside of the picture")
                }
                (part.width, part.height) = size
                part.peakBytes = max(part.peakBytes, 2 * part.keptBytes)
            default: break
            }
        }
    }

    /// Adds the alpha picture of an item.
    private mutating func addAlpha(
        _ part: inout HEIFPart, _ item: HEIFItem, _ bytes: Span<UInt8>
    ) throws(HEIFError) {
        for id in item.auxiliaries {
            guard let auxiliary = file.items[id] else { continue }
            let isAlpha = properties(auxiliary).contains {
                if case .auxiliary(isAlpha: true) = $0 { true } else { false }
            }
            guard isAlpha else { continue }
            let alpha = try self.part(id, bytes)
            part.hasAlpha = true
            part.peakBytes = max(part.peakBytes, part.keptBytes + alpha.peakBytes)
            part.keptBytes += alpha.keptBytes
        }
    }
}
