// SPDX-License-Identifier: Apache-2.0

/// The filters of rows (PNG, third edition, 9.2). The raw value is the byte before the row.
enum RowFilter: UInt8, CaseIterable {
    case none, sub, up, average, paeth

    /// Returns the filtered bytes of a unit.
    ///
    /// - Parameters:
    ///   - unit: The bytes of the unit, of which the first is in the lowest bits.
    ///   - left: The unit before it.
    ///   - up: The unit above it.
    ///   - upLeft: The unit above `left`.
    ///   - bytes: The number of bytes of a unit.
    @inline(__always)
    func apply(_ unit: UInt32, left: UInt32, up: UInt32, upLeft: UInt32, bytes: Int) -> UInt32 {
        var result: UInt32 = 0
        var shift: UInt32 = 0
        for _ in 0..<bytes {
            let x = Int32(truncatingIfNeeded: unit &>> shift & 0xFF)
            let a = Int32(truncatingIfNeeded: left &>> shift & 0xFF)
            let b = Int32(truncatingIfNeeded: up &>> shift & 0xFF)
            let c = Int32(truncatingIfNeeded: upLeft &>> shift & 0xFF)
            let prediction: Int32 =
                switch self {
                case .none: 0
                case .sub: a
                case .up: b
                case .average: (a &+ b) &>> 1
                case .paeth: Self.paeth(a, b, c)
                }
            result |= UInt32(truncatingIfNeeded: (x &- prediction) & 0xFF) &<< shift
            shift &+= 8
        }
        return result
    }

    @inline(__always)
    private static func paeth(_ a: Int32, _ b: Int32, _ c: Int32) -> Int32 {
        let (pa, pb, pc) = (abs(b &- c), abs(a &- c), abs(a &+ b &- c &- c))
        if pa <= pb, pa <= pc { return a }
        return pb <= pc ? b : c
    }
}
