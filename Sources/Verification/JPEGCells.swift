// SPDX-License-Identifier: Apache-2.0

import Pixelation
import Pixels

/// The proof that the coefficients of a component are those of a picture of constant cells.
///
/// A block that shows one cell has no AC coefficient, and the DC coefficient of the other such blocks of its cell. The
/// coefficients of a block with an edge are those of the cells' samples, divided by the quantization step and rounded.
/// The samples of the cells are found by projections: the coefficients that follow from them are moved into the
/// intervals that the quantized ones allow, and the cells get the averages of the changed samples. The intervals and
/// the constant cells are convex sets, so that the projections approach a picture in both, if there is one.
struct JPEGCells {
    /// A place whose coefficients are not those of constant cells.
    struct Difference: Equatable {
        /// The offset of the block in the file.
        var offset: Int
        /// The pixel at the left upper corner of the block.
        var x, y: Int
    }

    /// The distance in units of coefficients by which one may lie outside of its interval: the integer transform, and
    /// the halving of chrominance, round their results.
    static let tolerance: Float = 2
    /// The maximum number of projections.
    private static let maximumRounds = 400
    /// The number of projections in which the number of blocks that do not fit must fall by a tenth, if there are more
    /// than `few`.
    private static let patience = 20
    private static let few = 32

    /// The cells that the samples along a side show: two for a sample that is the average of two pixels.
    struct Axis {
        var first: [Int]
        var second: [Int]
        /// The cell that all samples of each block show; nil for a block with an edge.
        var single: [Int?]

        /// Creates the axis of a component.
        ///
        /// - Parameters:
        ///   - cells: The cell of each pixel.
        ///   - blocks: The number of blocks.
        ///   - isHalved: True when a sample is the average of two pixels.
        ///   - isDown: True for the vertical axis, where libjpeg repeats the halved last pair and not the last pixel.
        init(_ cells: [UInt8], blocks: Int, isHalved: Bool, isDown: Bool) {
            let last = cells.count - 1
            func cell(_ pixel: Int) -> Int { Int(cells[min(pixel, last)]) }
            let samples = (0..<8 * blocks).map { isDown && isHalved ? min($0, last / 2) : $0 }
            first = samples.map { cell(isHalved ? 2 * $0 : $0) }
            second = samples.map { cell(isHalved ? 2 * $0 + 1 : $0) }
            let (first, second) = (first, second)
            single = (0..<blocks).map { block in
                let all = first[8 * block..<8 * block + 8]
                let one = all[8 * block]
                let isSingle =
                    all.allSatisfy { $0 == one }
                    && second[8 * block..<8 * block + 8].allSatisfy { $0 == one }
                return isSingle ? one : nil
            }
        }
    }

    /// A block with an edge.
    private struct Edge {
        var column, row: Int
        var offset: Int
    }

    private let size: Int
    private let columns: Axis
    private let rows: Axis
    /// The quantization steps, row by row.
    private let steps: [Float]
    /// The pixels along a side of a block.
    private let blockSide: Int
    /// The DC coefficient of the blocks that show one cell, by the cell.
    private var flat: [Int16?]
    private var edges: [Edge] = []
    /// The coefficients of the blocks of `edges`.
    private var coefficients: [Int16] = []
    /// The number of blocks along each side that show the picture.
    var blockColumns: Int { columns.single.count }
    var blockRows: Int { rows.single.count }

    /// The memory in bytes that `add` and `solve` need at most.
    var memoryBytes: Int {
        edgeLimit
            * (MemoryLayout<Edge>.stride + 64 * MemoryLayout<Int16>.stride + MemoryLayout<Int>.stride)
    }
    /// The number of blocks with an edge.
    private var edgeLimit: Int {
        blockColumns * blockRows - columns.single.count { $0 != nil } * rows.single.count { $0 != nil }
    }

    private(set) var firstDifference: Difference?
    private(set) var differenceCount = 0

    init(size: Int, columns: Axis, rows: Axis, steps: [Int], blockSide: Int) {
        (self.size, self.columns, self.rows) = (size, columns, rows)
        self.steps = steps.map { Float($0) }
        self.blockSide = blockSide
        flat = Array(repeating: nil, count: size * size)
    }

    /// The error when the time for a file is over.
    static let deadline = PixelationError(
        .deadline, limit: "the time for one picture was over while its blocks were compared with cells")

    /// Allocates the memory of the blocks with an edge.
    mutating func reserve() {
        edges.reserveCapacity(edgeLimit)
        coefficients.reserveCapacity(64 * edgeLimit)
    }

    /// Adds the block at a place, with its coefficients.
    mutating func add(column: Int, row: Int, hasAC: Bool, _ block: [Int16], offset: Int) {
        guard let cellColumn = columns.single[column], let cellRow = rows.single[row] else {
            edges.append(Edge(column: column, row: row, offset: offset))
            coefficients += block
            return
        }
        let cell = cellRow * size + cellColumn
        let dc = flat[cell] ?? block[0]
        flat[cell] = dc
        if hasAC || block[0] != dc { note(column, row, offset) }
    }

    /// Counts a block that does not show constant cells.
    mutating func note(_ column: Int, _ row: Int, _ offset: Int) {
        differenceCount += 1
        firstDifference =
            firstDifference ?? Difference(offset: offset, x: column * blockSide, y: row * blockSide)
    }

    /// Finds samples of the cells from which the coefficients of all blocks follow, or else counts the blocks for which
    /// there are none.
    ///
    /// - Throws: `deadline`.
    mutating func solve(until deadline: ContinuousClock.Instant) throws(PixelationError) {
        var levels = try startLevels(until: deadline)
        let bounds = flat.map { dc in
            dc.map { dc in
                let middle = Float(dc) * steps[0] / 8
                let half = (steps[0] / 2 + Self.tolerance) / 8
                return (low: middle - half, high: middle + half)
            }
        }
        var isChanged = [Bool](repeating: true, count: size * size)
        var violated: [Int] = []
        var buffer = CosineTransform()
        var before = edges.count + 1
        for round in 0..<Self.maximumRounds {
            violated = []
            var sums = [Float](repeating: 0, count: size * size)
            var weights = sums
            for index in edges.indices {
                try Self.check(index, deadline)
                guard touches(edges[index], isChanged) else { continue }
                load(edges[index], levels, &buffer)
                guard violates(index, &buffer) else { continue }
                buffer.invert()
                violated.append(index)
                spread(edges[index], buffer, &sums, &weights)
            }
            if violated.isEmpty { break }
            if round % Self.patience == Self.patience - 1 {
                guard violated.count <= Self.few || 10 * violated.count < 9 * before else { break }
                before = violated.count
            }
            for cell in levels.indices {
                isChanged[cell] = weights[cell] > 0
                guard weights[cell] > 0 else { continue }
                levels[cell] += 1.5 * sums[cell] / weights[cell]
                if let bound = bounds[cell] { levels[cell] = min(max(levels[cell], bound.low), bound.high) }
            }
        }
        for index in violated { note(edges[index].column, edges[index].row, edges[index].offset) }
    }
}

extension JPEGCells {
    /// Returns the first samples of the cells, less 128: those of the blocks that show one cell, else the averages of
    /// the decoded samples.
    private func startLevels(until deadline: ContinuousClock.Instant) throws(PixelationError) -> [Float] {
        var sums = [Float](repeating: 0, count: size * size)
        var weights = sums
        var buffer = CosineTransform()
        for index in edges.indices {
            try Self.check(index, deadline)
            for k in 0..<64 { buffer.frequencies[k] = Float(coefficients[64 * index + k]) * steps[k] }
            buffer.invert()
            spread(edges[index], buffer, &sums, &weights)
        }
        return flat.indices.map { cell in
            flat[cell].map { Float($0) * steps[0] / 8 }
                ?? (weights[cell] > 0 ? sums[cell] / weights[cell] : 0)
        }
    }

    /// Checks the time at every 1024th block.
    private static func check(_ index: Int, _ deadline: ContinuousClock.Instant) throws(PixelationError) {
        guard index % 1024 != 0 || ContinuousClock.now < deadline else { throw Self.deadline }
    }

    /// Returns true if a cell of the block has the mark.
    private func touches(_ edge: Edge, _ marks: [Bool]) -> Bool {
        for row in rows.first[8 * edge.row]...rows.second[8 * edge.row + 7] {
            for column in columns.first[8 * edge.column]...columns.second[8 * edge.column + 7]
            where marks[row * size + column] {
                return true
            }
        }
        return false
    }

    /// Computes the coefficients of a block from the samples of the cells.
    private func load(_ edge: Edge, _ levels: [Float], _ buffer: inout CosineTransform) {
        for y in 0..<8 {
            let (above, below) = (rows.first[8 * edge.row + y] * size, rows.second[8 * edge.row + y] * size)
            for x in 0..<8 {
                let (left, right) = (columns.first[8 * edge.column + x], columns.second[8 * edge.column + x])
                buffer.samples[8 * y + x] =
                    (levels[above + left] + levels[above + right] + levels[below + left]
                        + levels[below + right]) / 4
            }
        }
        buffer.transform()
    }

    /// Replaces the coefficients by the changes that move them into their intervals, and returns true if one is farther
    /// outside than the tolerance.
    private func violates(_ index: Int, _ buffer: inout CosineTransform) -> Bool {
        var violates = false
        for k in 0..<64 {
            let distance = Float(coefficients[64 * index + k]) * steps[k] - buffer.frequencies[k]
            let half = steps[k] / 2
            if abs(distance) > half + Self.tolerance { violates = true }
            buffer.frequencies[k] = distance > half ? distance - half : distance < -half ? distance + half : 0
        }
        return violates
    }

    /// Adds the samples of a block to the sums of the cells that they show.
    private func spread(
        _ edge: Edge, _ buffer: CosineTransform, _ sums: inout [Float], _ weights: inout [Float]
    ) {
        for y in 0..<8 {
            let (above, below) = (rows.first[8 * edge.row + y] * size, rows.second[8 * edge.row + y] * size)
            for x in 0..<8 {
                let (left, right) = (columns.first[8 * edge.column + x], columns.second[8 * edge.column + x])
                let part = buffer.samples[8 * y + x] / 4
                for cell in [above + left, above + right, below + left, below + right] {
                    sums[cell] += part
                    weights[cell] += 0.25
                }
            }
        }
    }
}
