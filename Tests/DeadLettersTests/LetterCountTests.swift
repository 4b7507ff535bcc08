// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import Testing

@Suite struct LetterCountTests {
    @Test(arguments: [
        (visible: 0, hidden: 20, read: 0, missing: 20),
        // Others were made visible meanwhile.
        (visible: 10, hidden: 20, read: 15, missing: 15),
        (visible: 10, hidden: 20, read: 30, missing: 0),
        // A number of SQS is too low.
        (visible: 10, hidden: 20, read: 40, missing: 0),
        // A replay ends before the letters that are visible.
        (visible: 50, hidden: 0, read: 10, missing: 0),
        (visible: 50, hidden: 3, read: 10, missing: 3),
    ])
    func `letters that are hidden and not read are missing`(
        _ count: (visible: Int, hidden: Int, read: Int, missing: Int)
    ) {
        #expect(
            LetterCount(visible: count.visible, hidden: count.hidden).hidden(afterReading: count.read)
                == count.missing)
    }
}
