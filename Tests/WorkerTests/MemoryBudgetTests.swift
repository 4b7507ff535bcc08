// SPDX-License-Identifier: Apache-2.0

import Scripted
import Testing

@testable import Worker

@Suite("The memory budget", .timeLimit(.minutes(1)))
struct MemoryBudgetTests {
    @Test(arguments: [(64 << 20, 10), (10, 64 << 20), (1, 1), (7, 11), (1 << 30, 64 << 30)])
    func `the minimum of memory fits one picture into both semaphores, and a byte less does not`(
        source: Int, workingSet: Int
    ) {
        func fits(_ bytes: Int) -> Bool {
            let budget = MemoryBudget(bytes: bytes)
            return budget.downloads.permits >= source && budget.pixels.permits >= workingSet
        }
        let minimum = WorkerOptions.minimumMemoryBytes(source: source, workingSet: workingSet)
        #expect(fits(minimum))
        #expect(minimum <= 5 || !fits(minimum - 1))
    }

    @Test func `all memory is free again after permits were held across changes of the budget`() async throws
    {
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
