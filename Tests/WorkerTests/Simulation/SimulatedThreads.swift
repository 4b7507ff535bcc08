// SPDX-License-Identifier: Apache-2.0

import Scripted
import Support

extension SplitMix {
    /// The whole schedule of a simulation is a function of its seed.
    static func schedule(seed: UInt64) -> SplitMix {
        SplitMix(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678)
    }
}

/// Runs the tasks of one simulated process on the thread of the test, one job at a time, when it is told to. So
/// the real code of the worker runs, with every interleaving of its tasks that a seed can choose.
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
