// SPDX-License-Identifier: Apache-2.0

/// A writer of HEIF files whose items and properties a test chooses, also wrong ones.
struct HEIFBuilder {
    struct Item {
        var type: String
        /// The numbers of the properties, from 1.
        var properties: [Int] = []
        var data: [UInt8] = []
        /// The places in the file in place of those of `data`.
        var extents: [(offset: Int, length: Int)]?
    }

    var brand = "heic"
    var primary = 1
    /// The items; the first one has the number 1.
    var items: [Item] = []
    /// The boxes of the properties.
    var properties: [[UInt8]] = []
    var references: [(type: String, from: Int, to: [Int])] = []
    /// Boxes behind the others in the box `meta`.
    var more: [UInt8] = []

    // MARK: Boxes

    static func number(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
        number(8 + content.count, 4) + Array(type.utf8) + content
    }

    /// Returns a box with a version and flags.
    static func fullBox(_ type: String, version: Int = 0, _ content: [UInt8]) -> [UInt8] {
        box(type, [UInt8(version), 0, 0, 0] + content)
    }

    static func size(_ width: Int, _ height: Int) -> [UInt8] {
        fullBox("ispe", number(width, 4) + number(height, 4))
    }

    static func rotation(_ turns: Int) -> [UInt8] { box("irot", [UInt8(turns)]) }

    static func mirroring(_ axis: Int) -> [UInt8] { box("imir", [UInt8(axis)]) }

    /// Returns a clean aperture of a size whose middle is beside that of the picture, in halves of pixels.
    static func crop(_ width: Int, _ height: Int, x: Int, y: Int) -> [UInt8] {
        box("clap", [width, 1, height, 1, x, 2, y, 2].flatMap { number($0, 4) })
    }

    static func profile(_ bytes: [UInt8]) -> [UInt8] { box("colr", Array("prof".utf8) + bytes) }

    static let alpha = fullBox("auxC", Array("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha".utf8) + [0])

    static func grid(rows: Int, columns: Int, _ width: Int, _ height: Int) -> [UInt8] {
        [0, 1, UInt8(rows - 1), UInt8(columns - 1)] + number(width, 4) + number(height, 4)
    }

    // MARK: Items

    /// Adds a property and returns its number.
    mutating func add(_ property: [UInt8]) -> Int {
        properties.append(property)
        return properties.count
    }

    /// Adds an item and returns its number.
    @discardableResult mutating func add(_ item: Item) -> Int {
        items.append(item)
        return items.count
    }

    /// Adds a coded picture with more properties and returns its number.
    @discardableResult mutating func add(_ picture: CodedPicture, _ more: [[UInt8]] = []) -> Int {
        var numbers = [add(picture.configuration), add(Self.size(CodedPicture.side, CodedPicture.side))]
        for property in more { numbers.append(add(property)) }
        return add(Item(type: picture.type, properties: numbers, data: picture.data))
    }

    /// Creates a file with one coded picture.
    init(_ picture: CodedPicture, _ more: [[UInt8]] = []) {
        add(picture, more)
        brand = picture.type == "hvc1" ? "heic" : "avif"
    }

    init() {}

    /// Creates a file with a grid, which is item 1, of pictures.
    init(
        rows: Int, columns: Int, _ width: Int, _ height: Int, _ tiles: [CodedPicture], _ more: [[UInt8]] = []
    ) {
        brand = tiles[0].type == "hvc1" ? "heic" : "avif"
        var numbers = [add(Self.size(width, height))]
        for property in more { numbers.append(add(property)) }
        add(
            Item(
                type: "grid", properties: numbers,
                data: Self.grid(rows: rows, columns: columns, width, height)))
        references.append(("dimg", 1, []))
        for tile in tiles { references[0].to.append(add(tile)) }
    }

    // MARK: The file

    var file: [UInt8] {
        let start = Self.box(
            "ftyp", Array(brand.utf8) + [0, 0, 0, 0] + Array("mif1".utf8) + Array(brand.utf8))
        let dataStart = start.count + meta(dataStart: 0).count + 8
        return start + meta(dataStart: dataStart) + Self.box("mdat", items.flatMap(\.data))
    }

    private func meta(dataStart: Int) -> [UInt8] {
        let handler = Self.fullBox(
            "hdlr", [0, 0, 0, 0] + Array("pict".utf8) + [UInt8](repeating: 0, count: 13))
        var content = handler + Self.fullBox("pitm", Self.number(primary, 2))
        content += Self.fullBox(
            "iinf",
            Self.number(items.count, 2)
                + items.enumerated().flatMap { index, item in
                    Self.fullBox(
                        "infe", version: 2, Self.number(index + 1, 2) + [0, 0] + Array(item.type.utf8) + [0])
                })
        var places: [UInt8] = [0x44, 0x00] + Self.number(items.count, 2)
        var at = dataStart
        for (index, item) in items.enumerated() {
            let extents = item.extents ?? [(at, item.data.count)]
            at += item.data.count
            places += Self.number(index + 1, 2) + [0, 0] + Self.number(extents.count, 2)
            for extent in extents { places += Self.number(extent.offset, 4) + Self.number(extent.length, 4) }
        }
        content += Self.fullBox("iloc", places)
        var associations = Self.number(items.count, 4)
        for (index, item) in items.enumerated() {
            associations += Self.number(index + 1, 2) + [UInt8(item.properties.count)]
            for property in item.properties { associations += Self.number(property, 2) }
        }
        // The flag says that the numbers of properties have 2 bytes.
        let box = Self.box("ipma", [0, 0, 0, 1] + associations)
        content += Self.box("iprp", Self.box("ipco", properties.flatMap { $0 }) + box)
        if !references.isEmpty {
            content += Self.fullBox(
                "iref",
                references.flatMap { reference in
                    Self.box(
                        reference.type,
                        Self.number(reference.from, 2) + Self.number(reference.to.count, 2)
                            + reference.to.flatMap { Self.number($0, 2) })
                })
        }
        return Self.fullBox("meta", content + more)
    }
}
