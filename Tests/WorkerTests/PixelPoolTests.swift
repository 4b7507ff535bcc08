// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Locking
import Testing

@testable import Worker

@Suite(.serialized) struct PixelPoolTests {
    /// Heartbeats are Swift tasks: were they to share threads with pictures, leases would run out exactly when the
    /// machine is busy. At quality of service `.default` the same measurement shows some two seconds.
    @Test func `tasks start at once while every processor is busy with pictures`() async throws {
        let pool = PixelPool(width: 2)
        let isOver = Locked(false)
        var worst = Duration.zero
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await pool.run {
                        let end = ContinuousClock.now + .milliseconds(50)
                        while ContinuousClock.now < end, !isOver.withLock({ $0 }) {}
                    }
                }
            }
            while pool.running < 2 { await Task.yield() }
            for _ in 0..<20 {
                let asked = ContinuousClock.now
                let delay = await Task.detached { ContinuousClock.now - asked }.value
                worst = max(worst, delay)
            }
            #expect(pool.waiting > 0, "the pool was not saturated")
            isOver.withLock { $0 = true }
            try await group.waitForAll()
        }
        print("worst of 20 task hops while the pixel pool is saturated: \(worst)")
        #expect(worst < .seconds(1))
    }

    @Test func `never more blocks run than the pool is wide`() async throws {
        let pool = PixelPool(width: 2)
        let counts = Locked((now: 0, most: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    try await pool.run {
                        counts.withLock {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                        }
                        for _ in 0..<10_000 { _ = pool.width }
                        counts.withLock { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(counts.withLock { $0.most } <= 2)
        #expect(pool.running == 0 && pool.waiting == 0)
    }

    @Test func `what has not begun is dropped when its task is cancelled`() async throws {
        let pool = PixelPool(width: 1)
        let gate = DispatchSemaphore(value: 0)
        let ran = Locked(0)
        async let first: Void = pool.run { gate.wait() }
        while pool.running == 0 { await Task.yield() }
        let second = Task { try await pool.run { ran.withLock { $0 += 1 } } }
        while pool.waiting == 0 { await Task.yield() }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        gate.signal()
        try await first
        #expect(ran.withLock { $0 } == 0)
    }
}
