// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The shortest-path search of `TokenParser` in one segment. It has the addresses of the parser's memory, so that the
/// inner loops copy and count no references.
struct TokenSearch {
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

    /// The extent of the search for matches.
    struct Effort {
        /// The largest number of earlier nodes that are compared with a node.
        var longestChain: Int
        /// The length of a match beyond which no longer one is looked for, and within which no other one begins, except
        /// at the distances that all nodes are compared with.
        var niceLength: Int
        /// The largest number of earlier rows that every node is compared with.
        var comparedRows: Int
        /// True when earlier nodes are also found by their first `longBytes` bytes.
        var comparesLong: Bool
        /// True when a run has only nodes that its shortest tokens need.
        var isSparse: Bool
        /// True when every byte of the segment is a node, which finds slightly shorter streams at a much higher cost.
        var isDense: Bool

        /// The search for many rows. The thorough one takes twice the time, and makes the streams of photos 0.2 %
        /// shorter.
        static let quick = Effort(
            longestChain: 3, niceLength: 64, comparedRows: 1, comparesLong: false, isSparse: true,
            isDense: false)
        static let thorough = Effort(
            longestChain: 24, niceLength: 128, comparedRows: 8, comparesLong: true, isSparse: false,
            isDense: false)
        static let dense = Effort(
            longestChain: 24, niceLength: 128, comparedRows: 8, comparesLong: true, isSparse: false,
            isDense: true)
    }

    /// The number of bytes by which the second chains of nodes are found.
    static let longBytes = 16
    /// The length to which bytes are compared, except for those of a run.
    private static let comparedBytes = 1024

    let bytes: UnsafePointer<UInt8>
    /// The index of the first known byte.
    let first: Int
    /// The index behind the last byte of the segment.
    let end: Int
    /// The place in the stream of the byte with index 0, modulo 2^32.
    let base: UInt32
    /// The nodes, of which the last one is at `end`.
    let nodes: UnsafeMutablePointer<Node>
    let nodeCount: Int
    /// The costs of literals, lengths and distance symbols, as in `DeflateCosts`.
    let literals: UnsafeBufferPointer<UInt32>
    let lengths: UnsafeBufferPointer<UInt32>
    let distances: UnsafeBufferPointer<UInt32>
    /// The number of bytes of a row with its filter byte.
    let period: Int
    let effort: Effort

    /// Finds the cheapest way to each node.
    ///
    /// - Parameters:
    ///   - always: The distances at which every node is compared with earlier bytes.
    ///   - shortChains: The earlier nodes by their first 3 bytes, to which those of the segment are added.
    ///   - longChains: The same by their first `longBytes` bytes.
    func run(_ always: [Int], _ shortChains: borrowing HashChains, _ longChains: borrowing HashChains) {
        nodes[0].cost = 0
        /// The place up to which a long match has been found, within which no further one is looked for.
        var covered = 0
        for index in 0..<nodeCount - 1 {
            let place = Int(nodes[index].place)
            let cost = nodes[index].cost
            // Some node may be unreachable: one within a run, a literal from which would lead to no node.
            let isReached = cost != .max
            if isReached, Int(nodes[index + 1].place) == place + 1 {
                let bits = cost &+ literals[Int(bytes[place])]
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
                for distance in always where place - distance >= first {
                    relax(index, place, distance, isCovered: isCovered, longest: &longest, next: &next)
                }
            }
            let position = base &+ UInt32(truncatingIfNeeded: place)
            let short = shortHash(at: place)
            let long = effort.comparesLong && place + Self.longBytes <= end ? longHash(at: place) : nil
            if isReached, !isCovered {
                follow(shortChains, short, position, index, place, longest: &longest, next: &next)
                if let long {
                    follow(longChains, long, position, index, place, longest: &longest, next: &next)
                }
                var rows = 2
                while rows <= effort.comparedRows, longest < effort.niceLength {
                    let distance = rows * period
                    guard distance <= DeflateAlphabet.longestDistance, place - distance >= first else {
                        break
                    }
                    relax(index, place, distance, isCovered: false, longest: &longest, next: &next)
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
        longest: inout Int, next: inout Int
    ) {
        var candidate = chains.last(hash)
        var nearest = 0
        for _ in 0..<effort.longestChain {
            let distance = Int(position &- candidate)
            guard longest < effort.niceLength, distance > nearest,
                distance <= DeflateAlphabet.longestDistance, place - distance >= first
            else { return }
            relax(index, place, distance, isCovered: false, longest: &longest, next: &next)
            nearest = distance
            candidate = chains.before(candidate)
        }
    }

    @inline(__always)
    private func shortHash(at place: Int) -> Int {
        let word =
            UInt32(bytes[place]) | UInt32(bytes[place + 1]) &<< 8
            | UInt32(bytes[place + 2]) &<< 16
        return Int((word &* 0x9E37_79B1) &>> UInt32(32 - HashChains.bits))
    }

    @inline(__always)
    private func longHash(at place: Int) -> Int {
        let start = UnsafeRawPointer(bytes + place)
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
        _ index: Int, _ place: Int, _ distance: Int, isCovered: Bool, longest: inout Int, next: inout Int
    ) {
        // A longer match must have this byte, too.
        guard place + longest < end, bytes[place + longest] == bytes[place + longest - distance] else {
            return
        }
        let limit = distance < period ? end - place : min(end - place, Self.comparedBytes)
        let length = commonLength(place, place - distance, limit: limit)
        guard length > longest else { return }
        let cost = nodes[index].cost
        let symbol = DeflateAlphabet.distance(distance).symbol
        let distanceBits = distances[symbol]
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
                    offer(next, cost &+ lengths[reached] &+ distanceBits, index, distance)
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
        var (low, high) = (index, min(nodeCount - 1, index + length))
        while low < high {
            let middle = (low + high + 1) / 2
            if Int(nodes[middle].place) <= place + length { low = middle } else { high = middle - 1 }
        }
        let reached = Int(nodes[low].place) - place
        if low > index, reached >= DeflateAlphabet.shortestMatch {
            offer(low, cost &+ DeflateCosts.match(reached, distance: distanceBits, lengths), index, distance)
        }
    }

    @inline(__always)
    private func offer(_ node: Int, _ cost: UInt32, _ from: Int, _ distance: Int) {
        guard cost < nodes[node].cost else { return }
        nodes[node].cost = cost
        nodes[node].from = UInt32(truncatingIfNeeded: from)
        nodes[node].distance = UInt32(truncatingIfNeeded: distance)
    }

    @inline(__always)
    private func commonLength(_ one: Int, _ other: Int, limit: Int) -> Int {
        let base = UnsafeRawPointer(bytes)
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
        while length < limit, bytes[one &+ length] == bytes[other &+ length] { length &+= 1 }
        return length
    }
}
