// SPDX-License-Identifier: Apache-2.0

import Pixels

/// A parser that turns bytes into literals and matches of least cost. It collects bytes in a segment, looks for matches
/// in the segment and in the 32768 bytes before it, and finds the cheapest sequence of tokens by a shortest-path search
/// over the nodes of the segment: the places where a token may begin.
///
/// Inside a long run of equal units there are no nodes, so that the cost depends on the number of nodes and not on the
/// number of bytes.
struct TokenParser: ~Copyable {
    /// The tokens of all segments so far.
    var tokens = DeflateTokens()
    private(set) var costs: DeflateCosts
    /// The cost of each number of repeated rows behind a row of zeros that has been computed.
    var continuationCosts: [Int: Int] = [:]

    /// The bytes before the segment, which end at index `window`, and those of the segment, which begin there.
    private(set) var bytes: Storage<UInt8>
    static let window = DeflateAlphabet.longestDistance
    /// The number of bytes before the segment that are known.
    var history = 0
    /// The filter byte of the rows of zeros that fill the window; nil if it has other bytes.
    var blankFilter: RowFilter?
    /// The number of bytes of the segment.
    private var count = 0
    /// The number of bytes of the stream before the segment, modulo 2^32.
    var base: UInt32 = 0

    private var nodes = Storage<TokenSearch.Node>(count: 4096)
    private var nodeCount = 0

    /// The nodes by their first 3 bytes, and by their first `TokenSearch.longBytes`.
    private let shortChains = HashChains()
    private let longChains: HashChains
    private let effort: TokenSearch.Effort
    /// The places that every node is compared with, besides those of equal hash values.
    private let distances: [Int]
    /// The number of bytes of a row.
    private let period: Int

    /// The number of bytes above which a segment is not extended.
    static let segmentBytes = 65536

    /// Creates a parser.
    ///
    /// - Parameters:
    ///   - costs: The costs of the tokens.
    ///   - unitBytes: The number of bytes of the units that repeat.
    ///   - period: The number of bytes of a row with its filter byte.
    ///   - longestAppend: The largest number of bytes that are appended between calls of `flushIfFull`.
    ///   - effort: The extent of the search.
    init(
        costs: DeflateCosts, unitBytes: Int, period: Int, longestAppend: Int, effort: TokenSearch.Effort
    ) {
        self.effort = effort
        longChains = HashChains(isUsed: effort.comparesLong)
        self.costs = costs
        self.period = period
        distances = [1, unitBytes, period].enumerated().filter { $0.offset == 0 || $0.element > 1 }
            .map(\.element).filter { $0 <= DeflateAlphabet.longestDistance }
        bytes = Storage(count: Self.window + Self.segmentBytes + longestAppend + 16)
    }

    /// Begins a new stream of about `capacity` tokens, with other costs of the tokens.
    mutating func begin(costs: DeflateCosts, capacity: Int) {
        self.costs = costs
        continuationCosts.removeAll(keepingCapacity: true)
        tokens = DeflateTokens(capacity: capacity)
        (history, count, base, nodeCount) = (0, 0, 0, 0)
        shortChains.clear()
        longChains.clear()
    }

    /// Returns the number of bytes that a parser allocates, besides its tokens.
    ///
    /// - Parameter nodes: The number of nodes that there is memory for.
    static func memoryBytes(nodes: Int, longestAppend: Int) -> Int {
        window + segmentBytes + longestAppend + 16 + nodes * MemoryLayout<TokenSearch.Node>.stride
            + 2 * HashChains.memoryBytes
    }

    // MARK: Bytes and nodes

    private mutating func addNode(at place: Int) {
        if nodeCount == nodes.count { nodes.grow(to: nodeCount + 1, keeping: nodeCount) }
        nodes.base[nodeCount] = TokenSearch.Node(
            place: UInt32(truncatingIfNeeded: place), cost: .max, from: 0, distance: 0)
        nodeCount += 1
    }

    /// Appends one byte.
    mutating func append(_ byte: UInt8) {
        addNode(at: Self.window + count)
        bytes.base[Self.window + count] = byte
        count += 1
    }

    /// Appends one unit, and then another one `rest` times.
    mutating func append(first: UInt32, rest: UInt32, times: Int, unitBytes: Int) {
        let start = Self.window + count
        let end = start + (times + 1) * unitBytes
        var place = start
        for index in 0..<unitBytes {
            bytes.base[place + index] = UInt8(truncatingIfNeeded: first >> UInt32(8 * index))
        }
        place += unitBytes
        if rest == 0 {
            (bytes.base + place).update(repeating: 0, count: end - place)
        } else if unitBytes == 1 {
            (bytes.base + place).update(repeating: UInt8(truncatingIfNeeded: rest), count: end - place)
        } else {
            while place < end {
                for index in 0..<unitBytes {
                    bytes.base[place + index] = UInt8(truncatingIfNeeded: rest >> UInt32(8 * index))
                }
                place += unitBytes
            }
        }
        // A match within the run can begin at the third unit, and reaches the end if that is at least 3 bytes away. It
        // begins at the second unit if that equals the first, and behind the first byte of zeros.
        var begin = 2 * unitBytes
        if effort.isSparse, rest == first || rest == 0 { begin = unitBytes + (rest == first ? 0 : 1) }
        let dense = effort.isDense || end - start <= begin + 3 ? end : start + begin + 1
        for place in start..<dense { addNode(at: place) }
        count = end - Self.window
    }

    /// Appends a row of zeros with its filter byte.
    mutating func appendRepeatedRow() {
        let start = Self.window + count
        append(RowFilter.up.rawValue)
        append(first: 0, rest: 0, times: period - 2, unitBytes: 1)
        // The longest match from the beginning of a row ends here, in this row or a later one.
        let landing = start + DeflateAlphabet.longestMatch % period
        if landing > Int(nodes.base[nodeCount - 1].place) { addNode(at: landing) }
    }

    // MARK: The search

    /// Calls `flush` if the segment is long.
    mutating func flushIfFull() {
        if count >= Self.segmentBytes { flush() }
    }

    /// Turns the bytes of the segment into tokens, and begins a new segment.
    ///
    /// - Parameter slides: False if `skip` is called next, with at least as many bytes as the window has.
    mutating func flush(slides: Bool = true) {
        guard count > 0 else { return }
        addNode(at: Self.window + count)
        search()
        trace()
        if slides { slide(by: count) }
        base &+= UInt32(truncatingIfNeeded: count)
        nodeCount = 0
        count = 0
    }

    /// Moves the last bytes of the segment before its beginning.
    private mutating func slide(by length: Int) {
        let kept = min(Self.window, history + length)
        // The ranges may overlap; `update` from a pointer allows it.
        (bytes.base + Self.window - kept).update(from: bytes.base + Self.window + length - kept, count: kept)
        history = kept
        blankFilter = nil
    }

    private func search() {
        costs.literals.withUnsafeBufferPointer { literals in
            costs.lengths.withUnsafeBufferPointer { lengths in
                costs.distances.withUnsafeBufferPointer { distanceCosts in
                    let search = TokenSearch(
                        bytes: bytes.base, first: Self.window - history, end: Self.window + count,
                        base: base &- UInt32(Self.window), nodes: nodes.base, nodeCount: nodeCount,
                        literals: literals, lengths: lengths, distances: distanceCosts, period: period,
                        effort: effort)
                    search.run(distances, shortChains, longChains)
                }
            }
        }
    }

    /// Appends the tokens of the cheapest way from the first node to the last.
    private mutating func trace() {
        let nodes = nodes.base
        // The links are reversed, so that `from` becomes the next node.
        var node = nodeCount - 1
        var next = 0
        while node != 0 {
            let from = Int(nodes[node].from)
            nodes[node].from = UInt32(truncatingIfNeeded: next)
            next = node
            node = from
        }
        node = 0
        while next != 0 {
            let place = Int(nodes[node].place)
            let distance = Int(nodes[next].distance)
            if distance == 0 {
                tokens.append(literal: bytes.base[place])
            } else {
                tokens.append(length: Int(nodes[next].place) - place, distance: distance)
            }
            node = next
            next = Int(nodes[node].from)
        }
    }
}
