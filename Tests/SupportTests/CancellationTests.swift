// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

@Suite struct CancellationTests {
    @Test func `the flag and the byte at its address change together`() {
        let cancellation = Cancellation()
        #expect(!cancellation.isCancelled && cancellation.address.pointee == 0)
        cancellation.cancel()
        cancellation.cancel()
        #expect(cancellation.isCancelled && cancellation.address.pointee == 1)
    }

    @Test func `a flag raised by another task is seen`() async {
        let cancellation = Cancellation()
        let waiting = Task.detached {
            while !cancellation.isCancelled { await Task.yield() }
        }
        cancellation.cancel()
        await waiting.value
    }
}
