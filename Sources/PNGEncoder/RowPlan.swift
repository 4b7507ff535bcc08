// SPDX-License-Identifier: Apache-2.0

/// The rows of an output: the different ones in their order, how often each is repeated, and the filters to choose
/// from.
struct RowPlan {
    /// Rows of equal pixels that follow each other.
    struct Group {
        /// The unit of each span of the raster.
        var units: [UInt32]
        /// The number of the rows, at least 1.
        var count: Int

        /// True when all bytes of the rows are 0.
        var isBlank: Bool { units.allSatisfy { $0 == 0 } }
    }

    /// The way in which all rows are filtered.
    struct Filtering {
        /// The filter of the first row of each group.
        var filters: [RowFilter]
        /// True when the further rows of a group have the same filter, which is None or Sub, so that they repeat the
        /// filtered row. Otherwise they have filter Up, except for blank rows with filter None: their filter bytes are
        /// zeros, too.
        var repeats: Bool
    }

    /// Returns the filter of the further rows of a group.
    private func repeatFilter(_ filtering: Filtering, _ index: Int) -> RowFilter {
        let filter = filtering.filters[index]
        return filtering.repeats || filter == .none && groups[index].isBlank ? filter : .up
    }

    let raster: PNGRaster
    let groups: [Group]
    /// The number of rows.
    private let height: Int

    /// Creates the plan of a raster.
    ///
    /// - Parameter rows: The row of cells that each row of pixels shows.
    init(_ raster: PNGRaster, rows: [UInt8]) {
        self.raster = raster
        height = rows.count
        var groups: [Group] = []
        var last: UInt8?
        for row in rows {
            if row == last {
                groups[groups.count - 1].count += 1
                continue
            }
            last = row
            let units = raster.units(row: Int(row))
            if let index = groups.indices.last, groups[index].units == units {
                groups[index].count += 1
            } else {
                groups.append(Group(units: units, count: 1))
            }
        }
        self.groups = groups
    }

    /// The number of bytes of all rows with their filter bytes.
    var rawBytes: Int { height * (raster.rowBytes + 1) }

    /// True when no row is repeated.
    private var isDistinct: Bool { groups.allSatisfy { $0.count == 1 } }

    // MARK: The choice of filters

    /// The largest number of bytes of a row whose repetitions may be matches from one row before: farther matches
    /// have many extra bits.
    private static let longestRepeat = 1024
    /// The number of bytes up to which all filterings are tried.
    private static let smallBytes = 24 << 10
    /// The number of bytes up to which tokens may begin at every byte.
    private static let denseBytes = 4 << 10
    /// The number of bytes, and that of spans in all rows, up to which the filterings are not compared in a sample. Up
    /// to this number of bytes the rows are also parsed byte by byte.
    static let simpleBytes = 640 << 10
    private static let simpleSpans = 256

    /// A filtering that may lead to the shortest stream.
    struct Choice {
        var filtering: Filtering
        /// The frequencies of the bytes that are probably literals.
        var frequencies: [UInt32]
        /// The entropy of these bytes, in bits.
        var estimate: Int

        /// The costs of tokens to begin with.
        var costs: DeflateCosts { DeflateCosts(bytes: frequencies) }
    }

    /// True when the rows are so few bytes that many choices and passes cost little.
    var isSmall: Bool { rawBytes <= Self.smallBytes }

    /// True when the rows are so few bytes that they are also coded as common writers do.
    var isMedium: Bool { rawBytes <= Self.simpleBytes }

    /// True when the rows have so few places for tokens that all filterings are compared in full.
    var isSimple: Bool {
        isMedium || groups.count * raster.spans.count <= Self.simpleSpans
    }

    /// Returns different choices, one of which may have the shortest stream.
    var choices: [Choice] {
        var candidates: [Choice] = []
        var sums = [[Int]](repeating: [], count: groups.count)
        for filter in RowFilter.allCases {
            let filters = [RowFilter](repeating: filter, count: groups.count)
            candidates.append(choice(filters) { sums[$0].append($1) })
        }
        for allowed in [Self.usualFilters, RowFilter.allCases] {
            let filters = Self.least(allowed, sums)
            if candidates.contains(where: { $0.filtering.filters == filters }) { continue }
            candidates.append(choice(filters) { _, _ in })
        }
        guard rawBytes <= TokenParser.segmentBytes, raster.rowBytes < Self.longestRepeat, !isDistinct else {
            return candidates
        }
        return candidates
            + candidates[...1].map { choice in
                Choice(
                    filtering: Filtering(filters: choice.filtering.filters, repeats: true),
                    frequencies: choice.frequencies, estimate: choice.estimate)
            }
    }

    /// The filters among which Pillow chooses. Its order decides between equal ones.
    private static let usualFilters: [RowFilter] = [.none, .up, .sub, .paeth]

    /// Returns for each group the filter with the least sum.
    private static func least(_ allowed: [RowFilter], _ sums: [[Int]]) -> [RowFilter] {
        sums.map { sums in allowed.min { sums[Int($0.rawValue)] < sums[Int($1.rawValue)] } ?? .none }
    }

    /// The filtering of Pillow: for each row the filter with the least sum.
    var usualFiltering: Filtering {
        var sums = [[Int]](repeating: [], count: groups.count)
        for filter in RowFilter.allCases {
            _ = choice([RowFilter](repeating: filter, count: groups.count)) { sums[$0].append($1) }
        }
        return Filtering(filters: Self.least(Self.usualFilters, sums), repeats: false)
    }

    /// Returns the bytes of all rows with their filter bytes, of a filtering that does not repeat filtered rows.
    func bytes(_ filtering: Filtering) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rawBytes)
        var above = [UInt32](repeating: 0, count: raster.spans.count)
        for (index, group) in groups.enumerated() {
            let row = FilteredRow(filtering.filters[index], units: group.units, above: above, of: raster)
            above = group.units
            row.append(to: &bytes, unitBytes: raster.unitBytes)
            for _ in 1..<group.count {
                bytes.append(repeatFilter(filtering, index).rawValue)
                bytes += repeatElement(0, count: raster.rowBytes)
            }
        }
        return bytes
    }

    /// Returns the choice with these filters.
    ///
    /// - Parameter body: Called for each group, with the sum of the bytes of its first row.
    private func choice(_ filters: [RowFilter], _ body: (Int, Int) -> Void) -> Choice {
        var frequencies = [UInt32](repeating: 0, count: 256)
        var above = [UInt32](repeating: 0, count: raster.spans.count)
        for (index, group) in groups.enumerated() {
            let row = FilteredRow(filters[index], units: group.units, above: above, of: raster)
            body(index, row.count(into: &frequencies, unitBytes: raster.unitBytes))
            above = group.units
        }
        return Choice(
            filtering: Filtering(filters: filters, repeats: false), frequencies: frequencies,
            estimate: Logarithm.entropy(frequencies))
    }

    // MARK: Tokens

    /// The number of bytes of repeated rows up to which they are part of a segment.
    static let shortRepeat = 4096

    /// The groups that are compared to choose a filtering.
    enum Sample {
        /// All groups.
        case all
        /// Neighbouring groups, with all of their rows.
        case part
        /// One in several groups, without repeated rows.
        case single

        /// The number of groups of which one is in the sample.
        private static let share = 6

        func contains(_ index: Int, of count: Int) -> Bool {
            switch self {
            case .all: true
            case .part: (index - count / 3) * Self.share < count && index >= count / 3
            case .single: index % Self.share == Self.share / 3
            }
        }
    }

    /// The sample of this plan.
    var sample: Sample {
        if isSmall || groups.count * raster.spans.count <= Self.simpleSpans { return .all }
        return isSimple ? .part : .single
    }

    /// Returns a parser for the rows.
    func parser() -> TokenParser {
        let period = raster.rowBytes + 1
        return TokenParser(
            costs: .initial, unitBytes: raster.unitBytes, period: period,
            longestAppend: period + Self.shortRepeat,
            effort: rawBytes <= Self.denseBytes ? .dense : isMedium ? .thorough : .quick)
    }

    /// Returns the tokens of all rows, or of a sample of the groups.
    ///
    /// - Parameter parser: The parser of this plan, which can be used again.
    func tokens(
        _ filtering: Filtering, costs: DeflateCosts, sample: Sample = .all, _ parser: inout TokenParser
    ) -> DeflateTokens {
        let period = raster.rowBytes + 1
        // A span has about four tokens, and the rows that repeat it have three.
        let spans = groups.count * raster.spans.count
        parser.begin(costs: costs, capacity: sample == .all ? 4 * spans + 3 * height : 0)
        var above = [UInt32](repeating: 0, count: raster.spans.count)
        for (index, group) in groups.enumerated() {
            defer { above = group.units }
            guard sample.contains(index, of: groups.count) else { continue }
            let row = FilteredRow(filtering.filters[index], units: group.units, above: above, of: raster)
            row.append(to: &parser, unitBytes: raster.unitBytes)
            if sample == .single {
                parser.flushIfFull()
                continue
            }
            let repeats = group.count - 1
            if filtering.repeats {
                for _ in 0..<repeats {
                    parser.flushIfFull()
                    row.append(to: &parser, unitBytes: raster.unitBytes)
                }
            } else if repeats > 0 {
                let isBlank = repeatFilter(filtering, index) == .none
                if repeats * period > Self.shortRepeat {
                    parser.flush(slides: repeats * period < TokenParser.window)
                    if isBlank {
                        parser.appendBlankRows(repeats, rowBytes: raster.rowBytes)
                    } else {
                        parser.appendRepeatedRows(repeats, rowBytes: raster.rowBytes)
                    }
                } else if isBlank {
                    parser.append(first: 0, rest: 0, times: repeats * period - 1, unitBytes: 1)
                } else {
                    for _ in 0..<repeats { parser.appendRepeatedRow() }
                }
            }
            parser.flushIfFull()
        }
        parser.flush()
        return parser.tokens
    }

    /// Returns the checksum of the bytes of all rows.
    func checksum(_ filtering: Filtering) -> UInt32 {
        var sum = Adler32()
        var above = [UInt32](repeating: 0, count: raster.spans.count)
        for (index, group) in groups.enumerated() {
            let row = FilteredRow(filtering.filters[index], units: group.units, above: above, of: raster)
            let filter = repeatFilter(filtering, index)
            above = group.units
            for place in 0..<group.count {
                if place == 0 || filtering.repeats {
                    row.append(to: &sum, unitBytes: raster.unitBytes)
                } else {
                    sum.append(filter.rawValue)
                    sum.append(0, bytes: 1, times: raster.rowBytes)
                }
            }
        }
        return sum.value
    }
}
