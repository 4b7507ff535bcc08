// SPDX-License-Identifier: Apache-2.0

/// A row behind a filter: for each span the first unit, and the unit that all further ones of the span equal.
struct FilteredRow {
    struct Span: BitwiseCopyable {
        var first: UInt32
        var rest: UInt32
        /// The number of units, at least 1.
        var count: Int

        /// Adds the next span if it continues this one: if this unit and all further ones of both are equal. Returns
        /// false if it does not.
        @inline(__always)
        mutating func joins(_ next: Span) -> Bool {
            if count == 1, next.count == 1 || next.first == next.rest {
                rest = next.first
            } else if count == 1 || next.first != rest || (next.count > 1 && next.rest != rest) {
                return false
            }
            count += next.count
            return true
        }
    }

    let filter: RowFilter
    let spans: [Span]

    /// Filters a row.
    ///
    /// - Parameters:
    ///   - units: The unit of each span.
    ///   - above: The unit of each span in the row above; zeros above the first row.
    init(_ filter: RowFilter, units: [UInt32], above: [UInt32], of raster: PNGRaster) {
        self.filter = filter
        spans = [Span](unsafeUninitializedCapacity: units.count) { spans, count in
            var (left, upLeft): (UInt32, UInt32) = (0, 0)
            for index in units.indices {
                let (unit, up) = (units[index], above[index])
                spans[index] = Span(
                    first: filter.apply(unit, left: left, up: up, upLeft: upLeft),
                    rest: filter.apply(unit, left: unit, up: up, upLeft: up),
                    count: raster.spans[index].count)
                (left, upLeft) = (unit, up)
            }
            count = units.count
        }
    }
}

extension FilteredRow {
    /// Appends the filter byte and the row.
    func append(to parser: inout TokenParser, unitBytes: Int) {
        parser.append(filter.rawValue)
        var run = spans[0]
        for span in spans.dropFirst() {
            if run.joins(span) { continue }
            parser.append(first: run.first, rest: run.rest, times: run.count - 1, unitBytes: unitBytes)
            run = span
        }
        parser.append(first: run.first, rest: run.rest, times: run.count - 1, unitBytes: unitBytes)
    }

    /// Appends the filter byte and the row.
    func append(to sum: inout Adler32, unitBytes: Int) {
        sum.append(filter.rawValue)
        for span in spans {
            sum.append(span.first, bytes: unitBytes, times: 1)
            sum.append(span.rest, bytes: unitBytes, times: span.count - 1)
        }
    }

    /// Appends the filter byte and the row.
    func append(to bytes: inout [UInt8], unitBytes: Int) {
        func add(_ unit: UInt32) {
            for index in 0..<unitBytes { bytes.append(UInt8(truncatingIfNeeded: unit >> UInt32(8 * index))) }
        }
        bytes.append(filter.rawValue)
        for span in spans {
            add(span.first)
            for _ in 1..<span.count { add(span.rest) }
        }
    }

    /// Counts the bytes of the row that are probably literals: those of the first unit of each run, and of the second
    /// if it differs. Of a unit of equal bytes, the first one is a literal.
    ///
    /// - Parameter frequencies: The frequency of each byte, to which those of the row are added.
    /// - Returns: The sum of the bytes as numbers -128...127 without their signs.
    func count(into frequencies: inout [UInt32], unitBytes: Int) -> Int {
        let ones: UInt32 = unitBytes == 4 ? 0x0101_0101 : 0x0101_0101 & (1 << UInt32(8 * unitBytes) - 1)
        return frequencies.withUnsafeMutableBufferPointer { frequencies in
            var sum = 0
            @inline(__always)
            func add(_ unit: UInt32, literals: Int) {
                for index in 0..<literals { frequencies[Int(unit &>> UInt32(8 &* index) & 0xFF)] &+= 1 }
            }
            @inline(__always)
            func add(_ run: Span) {
                add(run.first, literals: unitBytes)
                sum += Self.magnitude(run.first)
                guard run.count > 1 else { return }
                if run.rest != run.first {
                    add(run.rest, literals: run.rest == (run.rest & 0xFF) &* ones ? 1 : unitBytes)
                }
                if run.rest != 0 { sum += Self.magnitude(run.rest) * (run.count - 1) }
            }
            frequencies[Int(filter.rawValue)] += 1
            var run = spans[0]
            for index in 1..<max(1, spans.count) {
                if run.joins(spans[index]) { continue }
                add(run)
                run = spans[index]
            }
            add(run)
            return sum
        }
    }

    /// Returns the sum of the bytes of a unit as numbers -128...127 without their signs.
    @inline(__always)
    private static func magnitude(_ unit: UInt32) -> Int {
        let signs = unit &>> 7 & 0x0101_0101
        let bytes = (unit ^ signs &* 0xFF) &+ signs
        let pairs = (bytes & 0x00FF_00FF) &+ (bytes &>> 8 & 0x00FF_00FF)
        return Int((pairs &+ pairs &>> 16) & 0xFFFF)
    }
}
