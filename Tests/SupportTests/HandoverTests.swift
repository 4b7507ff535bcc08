// SPDX-License-Identifier: Apache-2.0

import Foundation
import Support
import Synchronization
import Testing

/// A run under the thread sanitizer also shows that it recognizes the synchronization of the value.
struct HandoverTests {
    @Test func `a value that arrives after its task is suspended is returned`() async {
        let value = await withHandover { (handover: Handover<[Int]>) in
            Thread.detachNewThread {
                usleep(10_000)
                handover.resume(returning: Array(0..<100))
            }
        }
        #expect(value.reduce(0, +) == 4950)
    }

    @Test func `a value that arrives before its task is suspended is returned`() async {
        let flag = Flag()
        let value = await withHandover { (handover: Handover<[Int]>) in
            Thread.detachNewThread {
                handover.resume(returning: Array(0..<100))
                flag.isSet.store(true, ordering: .relaxed)
            }
            // Relaxed, so that the sanitizer does not take the flag for the synchronization of the value.
            while !flag.isSet.load(ordering: .relaxed) { usleep(100) }
        }
        #expect(value.reduce(0, +) == 4950)
    }

    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }
}
