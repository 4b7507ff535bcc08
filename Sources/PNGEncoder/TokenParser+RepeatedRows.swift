// SPDX-License-Identifier: Apache-2.0

import Pixels

/// Rows that equal the row above them. Behind filter Up they are zeros, in a pattern that needs no search.
extension TokenParser {
    /// Appends rows of zeros, each with its filter byte. The segment before them must be flushed.
    ///
    /// There are two ways, of which the cheaper one is taken. Each row can be coded for itself: the filter byte, a
    /// zero, and matches of distance 1. Or the first row is coded so, and the others have matches of distance 1 as far
    /// as these do not reach a filter byte; the next match is then from one row before, beyond the filter byte.
    ///
    /// - Parameters:
    ///   - rows: The number of rows, at least 1.
    ///   - rowBytes: The number of bytes of a row, at least 1, without the filter byte.
    mutating func appendRepeatedRows(_ rows: Int, rowBytes: Int) {
        let single = rowCost(rowBytes)
        let others = rows - 1
        if others > 0, rowBytes < DeflateAlphabet.longestDistance,
            continuationCost(others, rowBytes: rowBytes) < single * others
        {
            appendRow(rowBytes)
            _ = continuation(others, rowBytes: rowBytes, writes: true)
        } else {
            for _ in 0..<rows { appendRow(rowBytes) }
        }
        skip(rows, rowBytes: rowBytes, filter: .up)
    }

    /// Appends blank rows behind a blank row: zeros, with zeros as filter bytes. The segment before them must be
    /// flushed.
    ///
    /// - Parameters:
    ///   - rows: The number of rows, at least 1.
    ///   - rowBytes: The number of bytes of a row, at least 1, without the filter byte.
    mutating func appendBlankRows(_ rows: Int, rowBytes: Int) {
        // The length of a token has 32 bits.
        let longest = 1 << 30
        var left = rows * (rowBytes + 1)
        while left > 0 {
            let length = left < 2 * longest ? left : longest
            tokens.append(length: length, distance: 1)
            left -= length
        }
        skip(rows, rowBytes: rowBytes, filter: .none)
    }

    private func rowCost(_ rowBytes: Int) -> Int {
        let zero = Int(costs.literals[0])
        let filter = Int(costs.literals[Int(RowFilter.up.rawValue)])
        guard rowBytes > DeflateAlphabet.shortestMatch else { return filter + rowBytes * zero }
        return filter + zero + Int(costs.match(rowBytes - 1, distance: costs.distances[0]))
    }

    private mutating func appendRow(_ rowBytes: Int) {
        tokens.append(literal: RowFilter.up.rawValue)
        guard rowBytes > DeflateAlphabet.shortestMatch else {
            for _ in 0..<rowBytes { tokens.append(literal: 0) }
            return
        }
        tokens.append(literal: 0)
        tokens.append(length: rowBytes - 1, distance: 1)
    }

    /// Returns the cost of rows that follow a row of zeros. Most groups of rows have one of two numbers of rows.
    private mutating func continuationCost(_ rows: Int, rowBytes: Int) -> Int {
        if let known = continuationCosts[rows] { return known }
        let cost = continuation(rows, rowBytes: rowBytes, writes: false)
        continuationCosts[rows] = cost
        return cost
    }

    /// Returns the cost of rows that follow a row of zeros, and appends their tokens if `writes` is true.
    private mutating func continuation(_ rows: Int, rowBytes: Int, writes: Bool) -> Int {
        let period = rowBytes + 1
        let far = costs.distances[DeflateAlphabet.distance(period).symbol]
        let near = costs.distances[0]
        var bits = 0
        var left = rows * period
        /// The number of zeros before the next filter byte.
        var zeros = 0
        while left > 0 {
            // The byte before the match is a zero, too, unless it is the filter byte.
            let isRun = zeros >= DeflateAlphabet.longestMatch || zeros == left
            if isRun, zeros >= DeflateAlphabet.shortestMatch, zeros < rowBytes {
                let length =
                    zeros == left ? zeros : zeros - zeros % DeflateAlphabet.longestMatch
                bits += Int(costs.match(length, distance: near))
                if writes { tokens.append(length: length, distance: 1) }
                left -= length
                zeros -= length
                continue
            }
            var length = min(left, DeflateAlphabet.longestMatch)
            if length >= DeflateAlphabet.shortestMatch {
                bits += Int(costs.lengths[length] + far)
                if writes { tokens.append(length: length, distance: period) }
            } else {
                length = 1
                let byte = zeros == 0 ? RowFilter.up.rawValue : 0
                bits += Int(costs.literals[Int(byte)])
                if writes { tokens.append(literal: byte) }
            }
            left -= length
            zeros = (zeros - length) % period
            if zeros < 0 { zeros += period }
        }
        return bits
    }

    /// Makes the rows the bytes before the next segment.
    private mutating func skip(_ rows: Int, rowBytes: Int, filter: RowFilter) {
        let period = rowBytes + 1
        let length = rows * period
        base &+= UInt32(truncatingIfNeeded: length)
        let shown = min(length, Self.window)
        let start = Self.window - shown
        if start == 0, blankFilter == filter {
            history = shown
            return
        }
        let kept = min(history, start)
        (bytes.base + start - kept).update(from: bytes.base + Self.window - kept, count: kept)
        (bytes.base + start).update(repeating: 0, count: shown)
        for place in stride(from: Self.window - period, through: start, by: -period) {
            bytes.base[place] = filter.rawValue
        }
        history = kept + shown
        blankFilter = start == 0 ? filter : nil
    }
}
