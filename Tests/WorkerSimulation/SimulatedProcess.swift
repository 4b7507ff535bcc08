// SPDX-License-Identifier: Apache-2.0

import Scripted
import Support

extension SplitMix {
    /// Returns the random numbers of a simulation, a function of its seed.
    static func schedule(seed: UInt64) -> SplitMix {
        SplitMix(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678)
    }
}

/// The executor of the tasks of one simulated process. It runs one job of the Swift runtime at a time, on the thread of
/// the test, when the test says so. The real code of the worker thus runs in every interleaving of its tasks.
final class SimulatedProcess: TaskExecutor {
    private let jobs = Locked<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    var readyCount: Int { jobs.withLock { $0.count } }

    func run(_ index: Int) {
        let job = jobs.withLock { $0.remove(at: index) }
        job.runSynchronously(on: asUnownedTaskExecutor())
    }
}
