// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Support
import Testing

struct LockedTests {
    @Test func `no update of a value is lost when many threads make them`() {
        let value = Locked(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<10_000 { value.withLock { $0 += 1 } }
        }
        #expect(value.withLock { $0 } == 80_000)
    }

    @Test func `an error of the body is thrown and unlocks the value`() {
        struct Failure: Error {}
        let value = Locked(1)
        #expect(throws: Failure.self) {
            try value.withLock { (number: inout Int) throws(Failure) in
                number = 2
                throw Failure()
            }
        }
        #expect(value.withLock { $0 } == 2)
    }
}
