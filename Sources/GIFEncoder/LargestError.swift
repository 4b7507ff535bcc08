// SPDX-License-Identifier: Apache-2.0

/// The errors of some boxes, 0 at first, and the position of the largest one. Of equal errors, the first one counts.
struct LargestError {
    /// The number of errors of a group, of which the largest one is kept.
    private static let groupLength = 16

    private var errors: [Double]
    /// The position of the largest error of each group.
    private var largest: [Int]

    init(count: Int) {
        let groups = (count + Self.groupLength - 1) / Self.groupLength
        errors = [Double](repeating: 0, count: Self.groupLength * groups)
        largest = (0..<groups).map { Self.groupLength * $0 }
    }

    /// The position of the largest error.
    var position: Int { Self.largest(errors, largest) }

    /// The error of a box.
    subscript(position: Int) -> Double {
        get { errors[position] }
        set {
            errors[position] = newValue
            let group = position / Self.groupLength
            let first = Self.groupLength * group
            largest[group] = Self.largest(errors, first..<first + Self.groupLength)
        }
    }

    /// Returns the position of the largest of some errors, the first one of equal ones.
    @inline(__always)
    private static func largest(_ errors: [Double], _ positions: some Sequence<Int>) -> Int {
        let errors = errors.span
        var (position, most) = (0, -Double.infinity)
        for candidate in positions where errors[candidate] > most {
            (position, most) = (candidate, errors[candidate])
        }
        return position
    }
}
