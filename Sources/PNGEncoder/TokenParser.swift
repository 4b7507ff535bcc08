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
    private(set) var tokens = DeflateTokens()
    private(set) var costs: DeflateCosts
    /// The cost of each number of repeated rows behind a row of zeros that has been computed.
    var continuationCosts: [Int: Int] = [:]

    /// The bytes before the segment, which end at index `window`, and those of the segment, which begin there.
    private(set) var bytes: Storage<UInt8>
    static let window = DeflateAlphabet.longestDistance
    /// The number of bytes before the segment that are known.
    var history = 0
    /// The number of bytes of the segment.
    private var count = 0
    /// The number of bytes of the stream before the segment, modulo 2^32.
    var base: UInt32 = 0

    struct Node: BitwiseCopyable {
        /// The index of the node in `bytes`.
        var place: UInt32
        /// The least known number of bits of the tokens up to the node.
        var cost: UInt32
        /// The index of the node at which the last of these tokens begins.
        var from: UInt32
        /// The distance of that token, 0 for a literal.
        var distance: UInt32
    }

    private var nodes = Storage<Node>(count: 4096)
    private var nodeCount = 0

    /// The nodes by their first 3 bytes, and by their first 16.
    private let shortChains = HashChains()
    private let longChains = HashChains()
    private static let longBytes = 16
    /// The extent of the search for matches.
    struct Effort {
        /// The largest number of earlier nodes that are compared with a node.
        var longestChain: Int
        /// The length of a match beyond which no longer one is looked for, and within which no other one begins, except
        /// at the distances that all nodes are compared with.
        var niceLength: Int
        /// The largest number of earlier rows that every node is compared with.
        var comparedRows: Int
        /// True when every byte of the segment is a node, which finds slightly shorter streams at a much higher cost.
        var isDense: Bool

        /// The search for many rows. A longer one takes twice the time, and makes the streams of photos 0.2 % shorter.
        static let quick = Effort(longestChain: 3, niceLength: 64, comparedRows: 1, isDense: false)
        static let thorough = Effort(longestChain: 24, niceLength: 128, comparedRows: 8, isDense: false)
        static let dense = Effort(longestChain: 24, niceLength: 128, comparedRows: 8, isDense: true)
    }

    private let effort: Effort
    /// The length to which bytes are compared, except for those of a run.
    private static let comparedBytes = 1024
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
    init(costs: DeflateCosts, unitBytes: Int, period: Int, longestAppend: Int, effort: Effort) {
        self.effort = effort
        self.costs = costs
        self.period = period
        distances = [1, unitBytes, period].enumerated().filter { $0.offset == 0 || $0.element > 1 }
            .map(\.element).filter { $0 <= DeflateAlphabet.longestDistance }
        bytes = Storage(count: Self.window + Self.segmentBytes + longestAppend + 16)
    }

    /// Begins a new stream, with other costs of the tokens.
    mutating func begin(costs: DeflateCosts) {
        self.costs = costs
        continuationCosts.removeAll(keepingCapacity: true)
        tokens = DeflateTokens()
        (history, count, base, nodeCount) = (0, 0, 0, 0)
        shortChains.clear()
        longChains.clear()
    }

    /// Returns the number of bytes that a parser allocates, besides its tokens.
    ///
    /// - Parameter nodes: The number of nodes that there is memory for.
    static func memoryBytes(nodes: Int, longestAppend: Int) -> Int {
        window + segmentBytes + longestAppend + 16 + nodes * MemoryLayout<Node>.stride
            + 2 * HashChains.memoryBytes
    }

    // MARK: Bytes and nodes

    private mutating func addNode(at place: Int) {
        if nodeCount == nodes.count { nodes.grow(to: nodeCount + 1, keeping: nodeCount) }
        nodes.base[nodeCount] = Node(
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
        // A match within the run can begin at the third unit, and reaches the end if that is at least 3 bytes away.
        let dense = effort.isDense || end - start <= 2 * unitBytes + 3 ? end : start + 2 * unitBytes + 1
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
    mutating func flush() {
        guard count > 0 else { return }
        addNode(at: Self.window + count)
        search()
        trace()
        slide(by: count)
        nodeCount = 0
        count = 0
    }

    /// Moves the last bytes of the segment before its beginning.
    private mutating func slide(by length: Int) {
        let kept = min(Self.window, history + length)
        // The ranges may overlap; `update` from a pointer allows it.
        (bytes.base + Self.window - kept).update(from: bytes.base + Self.window + length - kept, count: kept)
        history = kept
        base &+= UInt32(truncatingIfNeeded: length)
    }

    private mutating func search() {
        let nodes = nodes.base
        let end = Self.window + count
        let first = Self.window - history
        nodes[0].cost = 0
        /// The place up to which a long match has been found, within which no further one is looked for.
        var covered = 0
        for index in 0..<nodeCount - 1 {
            let place = Int(nodes[index].place)
            let cost = nodes[index].cost
            // Some node may be unreachable: one within a run, a literal from which would lead to no node.
            let isReached = cost != .max
            if isReached, Int(nodes[index + 1].place) == place + 1 {
                let bits = cost &+ costs.literals[Int(bytes.base[place])]
                if bits < nodes[index + 1].cost {
                    nodes[index + 1].cost = bits
                    nodes[index + 1].from = UInt32(truncatingIfNeeded: index)
                    nodes[index + 1].distance = 0
                }
            }
            guard place + DeflateAlphabet.shortestMatch <= end else { continue }
            var longest = DeflateAlphabet.shortestMatch - 1
            // The first node that no match from this one has reached.
            var next = index + 1
            let isCovered = place < covered
            if isReached {
                for distance in distances where place - distance >= first {
                    relax(index, place, distance, end, isCovered: isCovered, longest: &longest, next: &next)
                }
            }
            let position = base &+ UInt32(truncatingIfNeeded: place - Self.window)
            let short = shortHash(at: place)
            let long = place + Self.longBytes <= end ? longHash(at: place) : nil
            if isReached, !isCovered {
                follow(shortChains, short, position, index, place, end, longest: &longest, next: &next)
                if let long {
                    follow(longChains, long, position, index, place, end, longest: &longest, next: &next)
                }
                var rows = 2
                while rows <= effort.comparedRows, longest < effort.niceLength {
                    let distance = rows * period
                    guard distance <= DeflateAlphabet.longestDistance, place - distance >= first else {
                        break
                    }
                    relax(index, place, distance, end, isCovered: false, longest: &longest, next: &next)
                    rows += 1
                }
                if longest >= effort.niceLength { covered = place + longest }
            }
            shortChains.insert(position, short)
            if let long { longChains.insert(position, long) }
        }
    }

    /// Compares a node with earlier ones of the same hash value, the nearest first.
    @inline(__always)
    private func follow(
        _ chains: borrowing HashChains, _ hash: Int, _ position: UInt32, _ index: Int, _ place: Int,
        _ end: Int, longest: inout Int, next: inout Int
    ) {
        var candidate = chains.last(hash)
        var nearest = 0
        for _ in 0..<effort.longestChain {
            let distance = Int(position &- candidate)
            guard longest < effort.niceLength, distance > nearest,
                distance <= DeflateAlphabet.longestDistance, place - distance >= Self.window - history
            else { return }
            relax(index, place, distance, end, isCovered: false, longest: &longest, next: &next)
            nearest = distance
            candidate = chains.before(candidate)
        }
    }

    @inline(__always)
    private func shortHash(at place: Int) -> Int {
        let word =
            UInt32(bytes.base[place]) | UInt32(bytes.base[place + 1]) &<< 8
            | UInt32(bytes.base[place + 2]) &<< 16
        return Int((word &* 0x9E37_79B1) &>> UInt32(32 - HashChains.bits))
    }

    @inline(__always)
    private func longHash(at place: Int) -> Int {
        let start = UnsafeRawPointer(bytes.base + place)
        let first = UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))
        let second = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        let mixed = (first &* 0x9E37_79B9_7F4A_7C15 ^ second) &* 0xBF58_476D_1CE4_E5B9
        return Int(mixed &>> UInt64(64 - HashChains.bits))
    }

    /// Updates the nodes that a match from `place` at `distance` can reach, and that no match of a smaller distance
    /// reaches.
    ///
    /// - Parameters:
    ///   - isCovered: True to update only the last of these nodes.
    ///   - longest: The length of the longest match so far. It becomes that of this one if that is longer.
    ///   - next: The first node that no match so far has reached.
    @inline(__always)
    private func relax(
        _ index: Int, _ place: Int, _ distance: Int, _ end: Int, isCovered: Bool, longest: inout Int,
        next: inout Int
    ) {
        let bytes = bytes.base
        // A longer match must have this byte, too.
        guard place + longest < end, bytes[place + longest] == bytes[place + longest - distance] else {
            return
        }
        let limit = distance < period ? end - place : min(end - place, Self.comparedBytes)
        let length = commonLength(place, place - distance, limit: limit)
        guard length > longest else { return }
        let nodes = nodes.base
        let cost = nodes[index].cost
        let symbol = DeflateAlphabet.distance(distance).symbol
        let distanceBits = costs.distances[symbol]
        if isCovered || length > effort.niceLength {
            // The last node that the match reaches, and the last one that it reaches without a second match.
            offerLast(index, place, distance, length, cost: cost, distanceBits: distanceBits)
            if length > DeflateAlphabet.longestMatch {
                offerLast(
                    index, place, distance, DeflateAlphabet.longestMatch, cost: cost,
                    distanceBits: distanceBits)
            }
        }
        if !isCovered {
            while next < nodeCount {
                let reached = Int(nodes[next].place) - place
                guard reached <= min(length, effort.niceLength) else { break }
                if reached > longest {
                    offer(next, cost &+ costs.lengths[reached] &+ distanceBits, index, distance)
                }
                next += 1
            }
        }
        longest = length
    }

    /// Updates the last node that a match of up to `length` bytes reaches.
    @inline(__always)
    private func offerLast(
        _ index: Int, _ place: Int, _ distance: Int, _ length: Int, cost: UInt32, distanceBits: UInt32
    ) {
        let nodes = nodes.base
        var (low, high) = (index, min(nodeCount - 1, index + length))
        while low < high {
            let middle = (low + high + 1) / 2
            if Int(nodes[middle].place) <= place + length { low = middle } else { high = middle - 1 }
        }
        let reached = Int(nodes[low].place) - place
        if low > index, reached >= DeflateAlphabet.shortestMatch {
            offer(low, cost &+ costs.match(reached, distance: distanceBits), index, distance)
        }
    }

    @inline(__always)
    private func offer(_ node: Int, _ cost: UInt32, _ from: Int, _ distance: Int) {
        guard cost < nodes.base[node].cost else { return }
        nodes.base[node].cost = cost
        nodes.base[node].from = UInt32(truncatingIfNeeded: from)
        nodes.base[node].distance = UInt32(truncatingIfNeeded: distance)
    }

    @inline(__always)
    private func commonLength(_ one: Int, _ other: Int, limit: Int) -> Int {
        let base = UnsafeRawPointer(bytes.base)
        @inline(__always)
        func difference(_ length: Int) -> UInt64 {
            base.loadUnaligned(fromByteOffset: one &+ length, as: UInt64.self)
                ^ base.loadUnaligned(fromByteOffset: other &+ length, as: UInt64.self)
        }
        var length = 0
        // Most of the compared bytes are long runs.
        while length &+ 32 <= limit {
            let first = difference(length) | difference(length &+ 8)
            let second = difference(length &+ 16) | difference(length &+ 24)
            if first | second != 0 { break }
            length &+= 32
        }
        while length &+ 8 <= limit {
            let difference = difference(length)
            if difference != 0 {
                return length &+ UInt64(littleEndian: difference).trailingZeroBitCount / 8
            }
            length &+= 8
        }
        while length < limit, bytes.base[one &+ length] == bytes.base[other &+ length] { length &+= 1 }
        return length
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
