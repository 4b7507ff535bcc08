// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Scripted
import Support
import Testing

@testable import Worker

@Suite("The pool of threads for pixels", .serialized, .timeLimit(.minutes(1)))
struct PixelPoolTests {
    private static let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// Heartbeats are Swift tasks: they must run while the pool uses every processor. On threads that run both, they
    /// would wait until libdispatch starts another thread, about a second later.
    @Test func `the threads of the pool run no tasks`() async throws {
        let pool = PixelPool(concurrency: Self.processors)
        var (ofPool, ofTasks): (Set<pthread_t>, Set<pthread_t>) = ([], [])
        for _ in 0..<500 {
            ofPool.insert(try await pool.run { pthread_self() })
            ofTasks.insert(await Task.detached { pthread_self() }.value)
        }
        #expect(!ofPool.isEmpty && ofPool.isDisjoint(with: ofTasks))
    }

    @Test func `more threads admit waiting work at once, fewer let running work end first`() async throws {
        let pool = PixelPool(concurrency: 1)
        let begun = TestSignal()
        let gate = DispatchSemaphore(value: 0)
        let ended = TestSignal()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try? await pool.run {
                        begun.fire()
                        gate.wait()
                    }
                    ended.fire()
                }
            }
            await begun.reaches(1)
            while pool.waiting < 3 { await Task.yield() }
            pool.resize(concurrency: 2)
            // The second is admitted at once, not when the first ends.
            #expect(pool.running == 2)
            if pool.running == 1 { gate.signal() }
            await begun.reaches(2)
            pool.resize(concurrency: 1)
            gate.signal()
            await ended.reaches(1)
            #expect(begun.count == 2, "one of two has ended, the other uses the only thread")
            gate.signal()
            await begun.reaches(3)
            gate.signal()
            gate.signal()
        }
        // The result is returned before the pool counts the work as ended.
        while pool.running > 0 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(pool.waiting == 0)
    }

    @Test func `work that waits for a thread is dropped when its task is cancelled`() async throws {
        let pool = PixelPool(concurrency: 1)
        let gate = TestSignal()
        let begun = TestSignal()
        let ran = Locked(0)
        let isOpen = Locked(false)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await pool.run {
                    begun.fire()
                    while !isOpen.withLock({ $0 }) { usleep(1000) }
                }
            }
            await begun.reaches(1)
            let waiting = Task {
                gate.fire()
                try await pool.run { ran.withLock { $0 += 1 } }
            }
            await gate.reaches(1)
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            isOpen.withLock { $0 = true }
        }
        #expect(ran.withLock { $0 } == 0 && pool.waiting == 0)
    }
}
