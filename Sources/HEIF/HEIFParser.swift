// SPDX-License-Identifier: Apache-2.0

/// The parser of the boxes of a file (ISO/IEC 14496-12 and 23008-12). It compares every length with that of the box
/// around it, and counts what libheif would store.
struct HEIFParser {
    /// The boxes that the box meta may have once.
    private static let singleBoxes = ["pitm", "iinf", "iloc", "iprp", "iref", "idat"].map { HEIFBox.type($0) }
    /// The largest length of an ICC profile in bytes. A longer one is ignored.
    private static let longestProfile = 4 << 20

    private let limits: HEIFLimits
    private var boxes = 0
    private var entries = 0
    private var file = HEIFFile()
    /// The type of each item, from the box `iinf`.
    private var types: [(item: Int, type: UInt32)] = []
    /// The places of the data of items, from the box `iloc`: ranges in the file, or in the box `idat`.
    private var places: [(item: Int, isInBox: Bool, extents: [Range<Int>])] = []
    private var associations: [(item: Int, properties: [Int])] = []
    private var references: [(type: UInt32, from: Int, to: [Int])] = []
    /// The content of the box `idat`.
    private var dataBox: Range<Int>?

    /// Returns the items of a file.
    ///
    /// - Throws: `HEIFError` of kind `notHEIF`, `unsupported`, `corrupt`, `truncated` or `tooManyBoxes`.
    static func parse(_ bytes: Span<UInt8>, limits: HEIFLimits) throws(HEIFError) -> HEIFFile {
        var parser = HEIFParser(limits: limits)
        return try parser.run(bytes)
    }

    private init(limits: HEIFLimits) { self.limits = limits }

    private mutating func run(_ bytes: Span<UInt8>) throws(HEIFError) -> HEIFFile {
        var all = HEIFFields(0..<bytes.count)
        guard bytes.count >= 8, let first = try box(&all, bytes), first.type == HEIFBox.type("ftyp") else {
            throw HEIFError(.notHEIF, "the file does not begin with a box ftyp")
        }
        var meta: HEIFBox?
        while all.count >= 8 {
            // What follows the items may be no box, such as the trailer of a phone, and may be cut off: the places of
            // the data are compared with the length of the file.
            guard let next = try box(&all, bytes) else { break }
            guard next.type == HEIFBox.type("meta") else { continue }
            guard meta == nil else { throw HEIFError(.corrupt, "the file has two boxes meta") }
            meta = next
        }
        guard let meta else {
            throw all.count > 0
                ? HEIFError(.truncated, "the file ends, or is damaged, before its box meta")
                : HEIFError(.unsupported, "the file has no box meta, and thus no still picture")
        }
        try read(meta, bytes)
        return try joined(bytes)
    }

    /// Reads the next box of a box or of the file; nil if the bytes are no box that ends there.
    private mutating func box(
        _ fields: inout HEIFFields, _ bytes: Span<UInt8>
    ) throws(HEIFError) -> HEIFBox? {
        guard fields.count >= 8 else { return nil }
        let start = fields.at
        var length = try fields.number(4, bytes)
        let type = UInt32(try fields.number(4, bytes))
        if length == 1 {
            guard fields.count >= 8 else { return nil }
            length = try fields.number(8, bytes)
        } else if length == 0 {
            length = fields.end - start
        }
        guard length >= fields.at - start, length <= fields.end - start else { return nil }
        boxes += 1
        guard boxes <= limits.boxes else {
            throw HEIFError(.tooManyBoxes, "more than \(limits.boxes) boxes")
        }
        let box = HEIFBox(type: type, content: fields.at..<start + length)
        fields.at = start + length
        return box
    }

    /// Calls `use` for each box of a box.
    private mutating func forEachBox(
        _ fields: HEIFFields, in parent: StaticString, _ bytes: Span<UInt8>,
        _ use: (inout HEIFParser, HEIFBox) throws(HEIFError) -> Void
    ) throws(HEIFError) {
        var fields = fields
        while fields.count > 0 {
            guard let box = try box(&fields, bytes) else {
                throw HEIFError(.corrupt, "at byte \(fields.at), in the box \(parent), is no box")
            }
            try use(&self, box)
        }
    }

    /// Counts extents, associations and references.
    private mutating func count(_ number: Int) throws(HEIFError) {
        entries += number
        guard entries <= limits.entries else {
            throw HEIFError(
                .tooManyBoxes,
                "more than \(limits.entries) extents, properties and references of items, 16 times the number of "
                    + "boxes that is allowed")
        }
    }

    /// Refuses a list that is longer than the number of boxes may be.
    private func admit(_ number: Int, of things: String) throws(HEIFError) {
        guard number <= limits.boxes else {
            throw HEIFError(.tooManyBoxes, "\(number) \(things), \(limits.boxes) are allowed")
        }
    }

    private mutating func read(_ meta: HEIFBox, _ bytes: Span<UInt8>) throws(HEIFError) {
        var fields = HEIFFields(meta.content)
        _ = try fields.version(bytes)
        var seen: Set<UInt32> = []
        try forEachBox(fields, in: "meta", bytes) { (parser, box) throws(HEIFError) in
            guard !Self.singleBoxes.contains(box.type) || seen.insert(box.type).inserted else {
                throw HEIFError(.corrupt, "the box meta has two boxes \(HEIFBox.name(box.type))")
            }
            switch box.type {
            case HEIFBox.type("pitm"): try parser.readPrimary(box, bytes)
            case HEIFBox.type("iinf"): try parser.readInformation(box, bytes)
            case HEIFBox.type("iloc"): try parser.readPlaces(box, bytes)
            case HEIFBox.type("iprp"): try parser.readProperties(box, bytes)
            case HEIFBox.type("iref"): try parser.readReferences(box, bytes)
            case HEIFBox.type("idat"): parser.dataBox = box.content
            default: break
            }
        }
    }

    private mutating func readPrimary(_ box: HEIFBox, _ bytes: Span<UInt8>) throws(HEIFError) {
        var fields = HEIFFields(box.content)
        let version = try fields.version(bytes).version
        file.primary = try fields.number(version == 0 ? 2 : 4, bytes)
    }

    private mutating func readInformation(_ box: HEIFBox, _ bytes: Span<UInt8>) throws(HEIFError) {
        var fields = HEIFFields(box.content)
        let version = try fields.version(bytes).version
        try admit(try fields.number(version == 0 ? 2 : 4, bytes), of: "items")
        try forEachBox(fields, in: "iinf", bytes) { (parser, box) throws(HEIFError) in
            guard box.type == HEIFBox.type("infe") else { return }
            var fields = HEIFFields(box.content)
            let version = try fields.version(bytes).version
            // Older versions state no type.
            guard version >= 2 else { return }
            let item = try fields.number(version == 2 ? 2 : 4, bytes)
            _ = try fields.number(2, bytes)
            parser.types.append((item, UInt32(try fields.number(4, bytes))))
        }
    }

    private mutating func readPlaces(_ box: HEIFBox, _ bytes: Span<UInt8>) throws(HEIFError) {
        var fields = HEIFFields(box.content)
        let version = try fields.version(bytes).version
        let sizes = try fields.number(2, bytes)
        let (offsetSize, lengthSize, baseSize) = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15)
        let indexSize = version == 0 ? 0 : sizes & 15
        guard version <= 2,
            [offsetSize, lengthSize, baseSize, indexSize].allSatisfy({ [0, 4, 8].contains($0) })
        else { throw HEIFError(.corrupt, "the box iloc has an unknown version, or numbers of unknown sizes") }
        let count = try fields.number(version < 2 ? 2 : 4, bytes)
        try admit(count, of: "items with data")
        for _ in 0..<count {
            let item = try fields.number(version < 2 ? 2 : 4, bytes)
            let method = version == 0 ? 0 : try fields.number(2, bytes) & 15
            _ = try fields.number(2, bytes)
            let base = try fields.number(baseSize, bytes)
            let extents = try fields.number(2, bytes)
            try self.count(1 + extents)
            guard method <= 1 else {
                throw HEIFError(.unsupported, "the data of item \(item) are those of other items")
            }
            var ranges: [Range<Int>] = []
            for _ in 0..<extents {
                _ = try fields.number(indexSize, bytes)
                let offset = try fields.number(offsetSize, bytes)
                let length = try fields.number(lengthSize, bytes)
                let (start, isLarge) = base.addingReportingOverflow(offset)
                let (end, isLarger) = start.addingReportingOverflow(length)
                guard !isLarge, !isLarger else {
                    throw HEIFError(.corrupt, "the data of item \(item) have a place above 2^63")
                }
                ranges.append(start..<end)
            }
            places.append((item, method == 1, ranges))
        }
    }

    private mutating func readProperties(_ box: HEIFBox, _ bytes: Span<UInt8>) throws(HEIFError) {
        try forEachBox(HEIFFields(box.content), in: "iprp", bytes) { (parser, box) throws(HEIFError) in
            switch box.type {
            case HEIFBox.type("ipco"):
                try parser.forEachBox(HEIFFields(box.content), in: "ipco", bytes) {
                    (parser, box) throws(HEIFError) in
                    parser.file.properties.append(try parser.property(box, bytes))
                }
            case HEIFBox.type("ipma"): try parser.readAssociations(box, bytes)
            default: break
            }
        }
    }

    private mutating func readAssociations(_ box: HEIFBox, _ bytes: Span<UInt8>) throws(HEIFError) {
        var fields = HEIFFields(box.content)
        let (version, flags) = try fields.version(bytes)
        let count = try fields.number(4, bytes)
        try admit(count, of: "items with properties")
        for _ in 0..<count {
            let item = try fields.number(version == 0 ? 2 : 4, bytes)
            let number = try fields.number(1, bytes)
            try self.count(1 + number)
            var properties: [Int] = []
            for _ in 0..<number {
                // The highest bit says that a reader must know the property.
                properties.append(
                    flags & 1 == 1
                        ? try fields.number(2, bytes) & 0x7FFF : try fields.number(1, bytes) & 0x7F)
            }
            associations.append((item, properties))
        }
    }

    private mutating func readReferences(_ box: HEIFBox, _ bytes: Span<UInt8>) throws(HEIFError) {
        var fields = HEIFFields(box.content)
        let size = try fields.version(bytes).version == 0 ? 2 : 4
        try forEachBox(fields, in: "iref", bytes) { (parser, box) throws(HEIFError) in
            var fields = HEIFFields(box.content)
            let from = try fields.number(size, bytes)
            let number = try fields.number(2, bytes)
            try parser.admit(number, of: "references of an item")
            try parser.count(number)
            var items: [Int] = []
            for _ in 0..<number { items.append(try fields.number(size, bytes)) }
            parser.references.append((box.type, from, items))
        }
    }

    private mutating func property(_ box: HEIFBox, _ bytes: Span<UInt8>) throws(HEIFError) -> HEIFProperty {
        var fields = HEIFFields(box.content)
        switch box.type {
        case HEIFBox.type("ispe"):
            _ = try fields.version(bytes)
            return .size(width: try fields.number(4, bytes), height: try fields.number(4, bytes))
        case HEIFBox.type("irot"): return .rotation(try fields.number(1, bytes) & 3)
        case HEIFBox.type("imir"): return .mirroring
        case HEIFBox.type("clap"):
            return .crop(
                HEIFCrop(
                    width: try fraction(&fields, bytes), height: try fraction(&fields, bytes),
                    x: try fraction(&fields, bytes), y: try fraction(&fields, bytes)))
        case HEIFBox.type("colr"):
            let type = UInt32(try fields.number(4, bytes))
            let isProfile = type == HEIFBox.type("prof") || type == HEIFBox.type("rICC")
            guard isProfile, fields.count > 0, fields.count <= Self.longestProfile else { return .other }
            return .profile(fields.at..<fields.end)
        case HEIFBox.type("auxC"):
            _ = try fields.version(bytes)
            return .auxiliary(isAlpha: isAlpha(fields, bytes))
        case HEIFBox.type("hvcC"): return try hevc(&fields, bytes)
        case HEIFBox.type("av1C"):
            _ = try fields.number(4, bytes)
            var format: CodedFormat?
            var data = CodedData(units: limits.boxes)
            try data.readAV1(HEIFData(fields.at..<fields.end), bytes, &format)
            return .av1(format)
        default: return .other
        }
    }

    private func fraction(
        _ fields: inout HEIFFields, _ bytes: Span<UInt8>
    ) throws(HEIFError) -> HEIFCrop.Fraction {
        let numerator = Int(Int32(truncatingIfNeeded: try fields.number(4, bytes)))
        let denominator = Int(Int32(truncatingIfNeeded: try fields.number(4, bytes)))
        guard denominator > 0 else { throw HEIFError(.corrupt, "a clean aperture has a denominator below 1") }
        return HEIFCrop.Fraction(numerator: numerator, denominator: denominator)
    }

    /// Returns true if an auxiliary type is one of those that libheif knows as alpha.
    private func isAlpha(_ fields: HEIFFields, _ bytes: Span<UInt8>) -> Bool {
        let types = [
            "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1",
            "urn:mpeg:avc:2015:auxid:1",
        ]
        var name: [UInt8] = []
        for index in fields.at..<min(fields.end, fields.at + 64) {
            if bytes[index] == 0 { break }
            name.append(bytes[index])
        }
        return types.contains(String(decoding: name, as: UTF8.self))
    }

    /// Reads the parameters of HEVC data (ISO/IEC 14496-15, 8.3.3.1).
    private mutating func hevc(
        _ fields: inout HEIFFields, _ bytes: Span<UInt8>
    ) throws(HEIFError) -> HEIFProperty {
        _ = try fields.number(8, bytes)
        _ = try fields.number(8, bytes)
        let chroma = try fields.number(1, bytes) & 3
        let depth = 8 + max(try fields.number(1, bytes) & 7, try fields.number(1, bytes) & 7)
        _ = try fields.number(2, bytes)
        let lengthBytes = try fields.number(1, bytes) & 3 + 1
        var format = CodedFormat(width: 0, height: 0, depth: depth, samples: [2, 3, 4, 6][chroma])
        for _ in 0..<(try fields.number(1, bytes)) {
            _ = try fields.number(1, bytes)
            let units = try fields.number(2, bytes)
            try count(1 + units)
            for _ in 0..<units {
                let length = try fields.number(2, bytes)
                guard length <= fields.count else {
                    throw HEIFError(.corrupt, "the box hvcC ends early")
                }
                var data = HEIFData(fields.at..<fields.at + length)
                if let found = try CodedData.sequence(data.bytes(HEVCParameters.prefixBytes, bytes)) {
                    format = found.union(format)
                }
                fields.at += length
            }
        }
        return .hevc(format, lengthBytes: lengthBytes)
    }

    // MARK: Items

    /// Joins what the boxes state about each item.
    private mutating func joined(_ bytes: Span<UInt8>) throws(HEIFError) -> HEIFFile {
        for (item, type) in types {
            guard file.items.updateValue(HEIFItem(type: type), forKey: item) == nil else {
                throw HEIFError(.corrupt, "the file has two items with the number \(item)")
            }
        }
        var total = 0
        var placed: Set<Int> = []
        for (item, isInBox, extents) in places {
            guard placed.insert(item).inserted else {
                throw HEIFError(.corrupt, "item \(item) has two places in the file")
            }
            guard file.items[item] != nil else { continue }
            for extent in extents {
                total += try add(extent, isInBox: isInBox, to: item, bytes)
                // libheif copies the data of all items. Some writers share those of equal tiles.
                guard total <= 4 * bytes.count + 1 << 20 else {
                    throw HEIFError(
                        .tooMuchMemory,
                        "the data of the items overlap, and have together more than 4 times the length of the file"
                    )
                }
            }
        }
        for (item, properties) in associations {
            for property in properties where property > 0 {
                guard property <= file.properties.count else {
                    throw HEIFError(.corrupt, "item \(item) has a property that the file lacks")
                }
                file.items[item]?.properties.append(property - 1)
            }
        }
        for (type, from, items) in references {
            file.items[from]?.references.append(HEIFItem.Reference(type: type, items: items))
            guard type == HEIFBox.type("auxl") else { continue }
            for item in items { file.items[item]?.auxiliaries.append(from) }
        }
        return file
    }

    /// Adds a place to the data of an item and returns its length.
    private mutating func add(
        _ extent: Range<Int>, isInBox: Bool, to item: Int, _ bytes: Span<UInt8>
    ) throws(HEIFError) -> Int {
        var range = extent
        if isInBox {
            guard let dataBox, extent.upperBound <= dataBox.count else {
                throw HEIFError(.corrupt, "the data of item \(item) are outside of the box idat")
            }
            range = dataBox.lowerBound + extent.lowerBound..<dataBox.lowerBound + extent.upperBound
        }
        guard range.upperBound <= bytes.count else {
            throw HEIFError(
                .truncated,
                "the data of item \(item) end at byte \(range.upperBound), and the file has \(bytes.count) bytes"
            )
        }
        if !range.isEmpty { file.items[item]?.extents.append(range) }
        return range.count
    }
}
