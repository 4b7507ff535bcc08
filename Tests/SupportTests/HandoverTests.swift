// SPDX-License-Identifier: Apache-2.0

import Foundation
import Support
import Synchronization
import Testing

/// Under the thread sanitizer these also show that it sees how the value comes over.
struct HandoverTests {
    @Test func `a value that comes after its task went to sleep is returned`() async {
        let value = await withHandover { (handover: Handover<[Int]>) in
            Thread.detachNewThread {
                usleep(10_000)
                handover.resume(returning: Array(0..<100))
            }
        }
        #expect(value.reduce(0, +) == 4950)
    }

    @Test func `a value that comes before its task goes to sleep is returned`() async {
        let flag = Flag()
        let value = await withHandover { (handover: Handover<[Int]>) in
            Thread.detachNewThread {
                handover.resume(returning: Array(0..<100))
                flag.isUp.store(true, ordering: .relaxed)
            }
            // Relaxed: the sanitizer must not take it for what brings the value.
            while !flag.isUp.load(ordering: .relaxed) { usleep(100) }
        }
        #expect(value.reduce(0, +) == 4950)
    }

    private final class Flag: Sendable {
        let isUp = Atomic(false)
    }
}
