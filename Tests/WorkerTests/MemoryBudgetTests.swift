// SPDX-License-Identifier: Apache-2.0

import Scripted
import Support
import Testing

@testable import Worker

@Suite(.timeLimit(.minutes(1)))
struct MemoryBudgetTests {
    @Test func `a ledger that shrinks keeps its grants and gives nothing until they fit again`() {
        var ledger = WeightedSemaphoreState(capacity: 100)
        #expect(ledger.request(1, 60) == [.init(id: 1, amount: 60)])
        #expect(ledger.request(2, 40) == [.init(id: 2, amount: 40)])
        #expect(ledger.resize(to: 50) == [])
        #expect(ledger.used == 100)
        #expect(ledger.request(3, 10) == [])
        #expect(ledger.release(60) == [.init(id: 3, amount: 10)])
        #expect(ledger.used == 50)
    }

    @Test func `a ledger that grows lets those in who wait`() {
        var ledger = WeightedSemaphoreState(capacity: 10)
        #expect(ledger.request(1, 10).count == 1)
        #expect(ledger.request(2, 5) == [] && ledger.request(3, 5) == [])
        #expect(ledger.resize(to: 20) == [.init(id: 2, amount: 5), .init(id: 3, amount: 5)])
    }

    @Test func `who asked for more than there is after shrinking gets all there is, and returns just that`() {
        var ledger = WeightedSemaphoreState(capacity: 100)
        #expect(ledger.request(1, 10).count == 1)
        #expect(ledger.request(2, 95) == [])
        #expect(ledger.resize(to: 40) == [])
        #expect(ledger.release(10) == [.init(id: 2, amount: 40)])
        #expect(ledger.release(40) == [] && ledger.used == 0)
    }

    @Test(arguments: [(64 << 20, 10), (10, 64 << 20), (1, 1), (7, 11), (1 << 30, 64 << 30)])
    func `the least memory holds one picture in both ledgers, and a byte less does not`(
        body: Int, workingSet: Int
    ) {
        func holds(_ bytes: Int) -> Bool {
            let budget = MemoryBudget(bytes: bytes)
            return budget.downloads.capacity >= body && budget.pixels.capacity >= workingSet
        }
        let least = WorkerOptions.minimumMemoryBytes(source: body, workingSet: workingSet)
        #expect(holds(least))
        #expect(least <= 3 || !holds(least - 1))
    }

    @Test func `permits taken before, during and after a change of size balance`() async throws {
        let budget = MemoryBudget(bytes: 3000)
        let held = TestSignal()
        let gate = TestSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for amount in [900, 800, 700, 2500, 1, 0] {
                group.addTask {
                    let permit = try await budget.pixels.acquire(amount)
                    held.fire()
                    await gate.reaches(1)
                    _ = consume permit
                }
            }
            await held.reaches(2)
            budget.resize(to: 300)
            budget.resize(to: 6000)
            budget.resize(to: 900)
            gate.fire()
            try await group.waitForAll()
        }
        #expect(budget.used == 0 && budget.waiting == 0)
    }
}
