// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Support

/// How the worker works. Every field has a default that is good for one machine of its own.
package struct WorkerOptions: Sendable, Equatable {
    /// Of a long poll, 0...20.
    package var waitSeconds = 20
    /// How long a message stays ours without a heartbeat; heartbeats come at half of it.
    package var visibilitySeconds = 60
    /// Pictures computed at once. 0 for the machine's processors.
    package var cpuWorkers = 0
    /// Messages in flight: those computed, downloaded and stored. 0 for `effectiveCPUWorkers` + 6.
    package var maxInFlight = 0
    /// Predicted memory of all pictures in flight.
    package var memoryBytes = 1 << 30
    /// After SIGTERM: how long to finish what has begun.
    package var drainSeconds = 60
    /// First delay before a failed message comes again, doubled by each receive up to `maxRetrySeconds`.
    package var retrySeconds = 10
    package var maxRetrySeconds = 900
    /// A message that still fails for its own fault at this receive is quarantined. 0 for never.
    package var maxReceives = 5
    /// Deletes wait this long for others to share their call.
    package var deleteBatchDelayMilliseconds = 100
    /// Kinds of failure to what is done about them, where it differs from the table.
    package var policy: [String: String] = [:]
    /// Which objects are worked on; the others' messages are deleted.
    package var filter = ObjectFilter()
    /// Stop when the queue has been empty and all work done for so many seconds.
    package var idleSeconds: Int?
    /// Stop after so many messages.
    package var maxMessages: Int?
    package var output = OutputOptions()

    package init() {}

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
