// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

struct CountedTests {
    @Test(arguments: [(0, "0 outputs", "are"), (1, "1 output", "is"), (2, "2 outputs", "are")])
    func `a noun after a number other than 1 is in the plural`(number: Int, text: String, verb: String) {
        #expect(number.counted("output") == text && UInt64(number).counted("output") == text)
        #expect(number.isOrAre == verb)
    }
}
