// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Support

/// The options of the worker. The defaults suit a machine that runs nothing else.
package struct WorkerOptions: Sendable, Equatable {
    /// The wait of a long poll, 0...20 s. 0 makes all polls short polls.
    package var waitSeconds = 20
    /// The visibility timeout of received messages. Heartbeats extend it when half of it is over.
    package var visibilitySeconds = 60
    /// The number of pictures that are decoded at once; 0 for the number of processors.
    package var cpuWorkers = 0
    /// The largest number of messages in flight; 0 for `effectiveCPUWorkers` + 6, so that others download and upload
    /// meanwhile.
    package var maxInFlight = 0
    /// The limit of the predicted memory of all pictures in flight.
    package var memoryBytes = 1 << 30
    /// The time that messages in flight have for their end in a drain.
    package var drainSeconds = 60
    /// The delay after which a failed message is visible again for the first time. It doubles with each receive up to
    /// `maxRetrySeconds`.
    package var retrySeconds = 10
    package var maxRetrySeconds = 900
    /// The receive at which a record that still fails is stored in the quarantine; 0 for never.
    package var maxReceives = 5
    /// The time for which a delete waits for others, to be sent in one batch.
    package var deleteBatchDelayMilliseconds = 100
    /// Changes of the policy table: dispositions by kind of error.
    package var policy: [String: String] = [:]
    package var filter = ObjectFilter()
    /// The time after which the worker stops when the queue is empty and nothing is in flight; nil for never.
    package var idleSeconds: Int?
    /// The number of messages after which the worker stops; nil for no limit.
    package var maxMessages: Int?
    package var output = OutputOptions()

    package init() {}

    /// `cpuWorkers`, or the number of processors.
    package var effectiveCPUWorkers: Int {
        cpuWorkers == 0 ? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) : cpuWorkers
    }

    package var effectiveMaxInFlight: Int { maxInFlight == 0 ? effectiveCPUWorkers + 6 : maxInFlight }

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        func check(_ field: String, _ value: Int, _ range: ClosedRange<Int>) {
            if !range.contains(value) {
                found.append(
                    OptionProblem(
                        field, expected: "\(range.lowerBound)...\(range.upperBound)", got: "\(value)"))
            }
        }
        check("waitSeconds", waitSeconds, 0...20)
        check("visibilitySeconds", visibilitySeconds, max(3, waitSeconds + 2)...43_200)
        check("cpuWorkers", cpuWorkers, 0...1024)
        check("maxInFlight", maxInFlight, 0...10_000)
        check("memoryBytes", memoryBytes, (16 << 20)...(1 << 50))
        check("drainSeconds", drainSeconds, 0...86_400)
        check("retrySeconds", retrySeconds, 1...43_200)
        check("maxRetrySeconds", maxRetrySeconds, max(1, retrySeconds)...43_200)
        check("maxReceives", maxReceives, 0...1000)
        check("deleteBatchDelayMilliseconds", deleteBatchDelayMilliseconds, 0...5000)
        if let idleSeconds { check("idleSeconds", idleSeconds, 0...86_400) }
        if let maxMessages { check("maxMessages", maxMessages, 1...Int.max) }
        found += Policy.problems(of: policy).map { $0.below("policy") }
        found += filter.problems().map { $0.below("filter") }
        found += output.problems().map { $0.below("output") }
        return found
    }
}
