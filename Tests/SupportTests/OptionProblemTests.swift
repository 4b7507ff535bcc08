// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

struct OptionProblemTests {
    private func problems(_ value: Int, in range: ClosedRange<Int>) -> [OptionProblem] {
        var problems: [OptionProblem] = []
        OptionProblem.check("limits.bytes", value, in: range, &problems)
        return problems
    }

    @Test func `a value inside its range is no problem`() {
        for value in [1, 128, 256] { #expect(problems(value, in: 1...256) == []) }
    }

    @Test(arguments: [Int.min, 0, 257, Int.max])
    func `a value outside its range is a problem that names the range`(value: Int) {
        #expect(
            problems(value, in: 1...256)
                == [OptionProblem("limits.bytes", expected: "1...256", got: "\(value)")])
    }

    @Test func `a range without an upper bound is described by its lower bound`() {
        #expect(problems(-1, in: 0 ... .max).map(\.expected) == ["0 or more"])
    }

    @Test func `the path of a problem begins with the option that holds it`() {
        let problem = OptionProblem("bytes", expected: "1...256", got: "0").below("limits").below(
            "pixelation")
        #expect(problem == OptionProblem("pixelation.limits.bytes", expected: "1...256", got: "0"))
    }
}
