// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Worker

@Suite("The pure state of the weighted semaphore")
struct WeightedSemaphoreStateTests {
    @Test func `a semaphore made smaller keeps its grants and grants nothing until requests fit again`() {
        var semaphore = WeightedSemaphoreState(permits: 100)
        #expect(semaphore.acquire(1, 60) == [.init(id: 1, amount: 60)])
        #expect(semaphore.acquire(2, 40) == [.init(id: 2, amount: 40)])
        #expect(semaphore.resize(to: 50) == [])
        #expect(semaphore.used == 100)
        #expect(semaphore.acquire(3, 10) == [])
        #expect(semaphore.release(60) == [.init(id: 3, amount: 10)])
        #expect(semaphore.used == 50)
    }

    @Test func `a semaphore made larger grants waiting requests`() {
        var semaphore = WeightedSemaphoreState(permits: 10)
        #expect(semaphore.acquire(1, 10).count == 1)
        #expect(semaphore.acquire(2, 5) == [] && semaphore.acquire(3, 5) == [])
        #expect(semaphore.resize(to: 20) == [.init(id: 2, amount: 5), .init(id: 3, amount: 5)])
    }

    @Test func `a request for more than all permits is granted all, and releases as many`() {
        var semaphore = WeightedSemaphoreState(permits: 100)
        #expect(semaphore.acquire(1, 10).count == 1)
        #expect(semaphore.acquire(2, 95) == [])
        #expect(semaphore.resize(to: 40) == [])
        #expect(semaphore.release(10) == [.init(id: 2, amount: 40)])
        #expect(semaphore.release(40) == [] && semaphore.used == 0)
    }

    @Test func `a large request is overtaken by smaller ones a limited number of times`() {
        var semaphore = WeightedSemaphoreState(permits: 100)
        _ = semaphore.acquire(0, 60)
        #expect(semaphore.acquire(1, 100) == [], "the large one waits")
        for id in 2..<UInt64(2 + WeightedSemaphoreState.maxOvertakes) {
            #expect(semaphore.acquire(id, 10).map(\.id) == [id])
            _ = semaphore.release(10)
        }
        #expect(semaphore.acquire(99, 10) == [], "no further request overtakes it")
        #expect(semaphore.release(60).map(\.id) == [1])
        #expect(semaphore.release(100).map(\.id) == [99])
    }

    @Test func `a small request is granted beside a large one that leaves enough permits`() {
        var semaphore = WeightedSemaphoreState(permits: 100)
        #expect(semaphore.acquire(1, 90).map(\.id) == [1])
        #expect(semaphore.acquire(2, 10).map(\.id) == [2])
    }

    @Test func `a request for more than all permits excludes every other`() {
        var semaphore = WeightedSemaphoreState(permits: 100)
        #expect(semaphore.acquire(1, 1_000_000) == [.init(id: 1, amount: 100)])
        #expect(semaphore.acquire(2, 1) == [])
        #expect(semaphore.release(100).map(\.id) == [2])
    }

    @Test func `a cancelled request lets those behind it through`() {
        var semaphore = WeightedSemaphoreState(permits: 10)
        #expect(semaphore.acquire(1, 9).count == 1)
        #expect(semaphore.acquire(2, 10) == [])
        for _ in 0..<WeightedSemaphoreState.maxOvertakes { _ = semaphore.acquire(3, 0) }
        #expect(semaphore.acquire(4, 1) == [])
        #expect(semaphore.cancel(2) == [.init(id: 4, amount: 1)])
        #expect(semaphore.cancel(2) == [], "it is gone")
    }
}
