// SPDX-License-Identifier: Apache-2.0

/// A problem of one option: an invalid value.
package struct OptionProblem: Sendable, Equatable {
    /// The path of the option inside its options type, such as `limits.bytes`.
    package var field: String
    /// The valid values of the option, such as `1...256`.
    package var expected: String
    /// The invalid value of the option, as the user would write it.
    package var got: String

    package init(_ field: String, expected: String, got: String) {
        self.field = field
        self.expected = expected
        self.got = got
    }

    /// Returns the problem with `prefix` and a dot before its path, where `prefix` is the name of the option in an
    /// enclosing options type.
    package func below(_ prefix: String) -> OptionProblem {
        OptionProblem("\(prefix).\(field)", expected: expected, got: got)
    }

    /// Appends a problem of the option `field` to `problems` when `value` is outside `range`. An upper bound of
    /// `Int.max` means that there is no upper limit.
    package static func check(
        _ field: String, _ value: Int, in range: ClosedRange<Int>, _ problems: inout [OptionProblem]
    ) {
        guard !range.contains(value) else { return }
        let expected =
            range.upperBound == .max
            ? "\(range.lowerBound) or more" : "\(range.lowerBound)...\(range.upperBound)"
        problems.append(OptionProblem(field, expected: expected, got: "\(value)"))
    }
}
