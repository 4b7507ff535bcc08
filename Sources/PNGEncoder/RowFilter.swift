// SPDX-License-Identifier: Apache-2.0

/// The filters of rows (PNG, third edition, 9.2). The raw value is the byte before the row.
enum RowFilter: UInt8, CaseIterable {
    case none, sub, up, average, paeth

    /// Returns the filtered bytes of a unit. Bytes that are 0 in all units remain 0.
    ///
    /// - Parameters:
    ///   - unit: The bytes of the unit, of which the first is in the lowest bits.
    ///   - left: The unit before it.
    ///   - up: The unit above it.
    ///   - upLeft: The unit above `left`.
    @inline(__always)
    func apply(_ unit: UInt32, left: UInt32, up: UInt32, upLeft: UInt32) -> UInt32 {
        let prediction: UInt32 =
            switch self {
            case .none: 0
            case .sub: left
            case .up: up
            // The sum of two bytes is twice the bits that both have, and those that one of them has.
            case .average: (left & up) &+ ((left ^ up) & 0xFEFE_FEFE) &>> 1
            case .paeth: Self.paeth(left, up, upLeft)
            }
        // The difference of each byte modulo 256: the highest bits take part without a borrow.
        let highest: UInt32 = 0x8080_8080
        return ((unit | highest) &- (prediction & ~highest)) ^ ((unit ^ ~prediction) & highest)
    }

    /// Returns for each byte that of the three units that is nearest to `left + up - upLeft`.
    @inline(__always)
    private static func paeth(_ left: UInt32, _ up: UInt32, _ upLeft: UInt32) -> UInt32 {
        var result: UInt32 = 0
        for shift: UInt32 in stride(from: 0, to: 32, by: 8) {
            let a = Int32(truncatingIfNeeded: left &>> shift & 0xFF)
            let b = Int32(truncatingIfNeeded: up &>> shift & 0xFF)
            let c = Int32(truncatingIfNeeded: upLeft &>> shift & 0xFF)
            let (pa, pb, pc) = (abs(b &- c), abs(a &- c), abs(a &+ b &- c &- c))
            let nearest = pa <= pb && pa <= pc ? a : pb <= pc ? b : c
            result |= UInt32(truncatingIfNeeded: nearest) &<< shift
        }
        return result
    }
}
