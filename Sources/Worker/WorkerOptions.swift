// SPDX-License-Identifier: Apache-2.0

internal import CLibC
package import Support

/// The options of the worker. The defaults are for a machine on which no other program runs.
package struct WorkerOptions: Sendable, Equatable {
    /// The wait time of a long poll in seconds, 0...20. With 0 all polls are short polls.
    package var waitSeconds = 20
    /// The visibility timeout of received messages in seconds. Heartbeats extend it when half of it has passed.
    package var visibilitySeconds = 60
    /// The maximum number of pictures that are pixelated concurrently, at most `maximumCPUWorkers`; 0 for the number of
    /// processors.
    package var cpuWorkers = 0
    /// The maximum number of messages in flight without those in `effectiveMaxWaiting`; 0 for `effectiveCPUWorkers` +
    /// 10, so that some messages download and upload while others are pixelated.
    package var maxInFlight = 0
    /// The limit in bytes of the memory of all pictures in flight, `leastMemoryBytes` or more; 0 for
    /// `standardMemoryBytes`.
    package var memoryBytes = 0
    /// The maximum time in seconds for which a drain waits for messages in flight before it releases them.
    package var drainSeconds = 60
    /// The delay in seconds after which a message with a failed record becomes visible again after its first receive.
    /// The delay doubles with each receive up to `maxRetrySeconds`.
    package var retrySeconds = 10
    package var maxRetrySeconds = 900
    /// The receive count at which a failing record is stored in the quarantine; 0 for never.
    package var maxReceives = 5
    /// The time in milliseconds for which a delete or release waits for others, so that they are sent in one batch.
    package var deleteBatchDelayMilliseconds = 100
    /// The changes of the policy: names of dispositions by names of kinds of errors.
    package var policy: [String: String] = [:]
    package var filter = ObjectFilter()
    /// The records that the log has an entry for.
    package var pictureLog = PictureLog.all
    /// The time in seconds after which the worker stops when the queue is empty and no message is in flight; nil for
    /// never.
    package var idleSeconds: Int?
    /// The number of messages after which the worker stops; nil for no limit.
    package var maxMessages: Int?
    package var output = OutputOptions()

    package init() {}

    /// The limit of the memory of pictures on a machine that has enough of it, in bytes: the minimum for the default
    /// limits of one picture.
    package static let standardMemoryBytes = 1280 << 20
    /// The smallest limit of the memory of pictures in bytes.
    package static let leastMemoryBytes = 16 << 20
    /// The largest value of `cpuWorkers`.
    package static let maximumCPUWorkers = 1024

    /// The number of processors on which this process may run (sched_setaffinity(2)), 1 or more.
    package static var availableProcessors: Int { max(1, Int(px_available_processors())) }

    /// The value of `cpuWorkers`, or the number of processors when it is 0.
    package var effectiveCPUWorkers: Int {
        cpuWorkers == 0 ? min(Self.availableProcessors, Self.maximumCPUWorkers) : cpuWorkers
    }

    /// The value of `memoryBytes`, or `standardMemoryBytes` when it is 0.
    package var effectiveMemoryBytes: Int { memoryBytes == 0 ? Self.standardMemoryBytes : memoryBytes }

    package var effectiveMaxInFlight: Int { maxInFlight == 0 ? effectiveCPUWorkers + 10 : maxInFlight }

    /// The maximum number of messages that wait for a dependency (`CircuitBreakerState.waiting`) and so take none of
    /// the `effectiveMaxInFlight` places; further ones take one.
    package var effectiveMaxWaiting: Int { max(32, effectiveMaxInFlight) }

    /// Returns the options with a `maxReceives` of at most `maximum`; nil stands for no maximum. Where failures are
    /// never stored in the quarantine (`maxReceives` 0), the queue is to move the messages.
    package func limited(toReceives maximum: Int?) -> WorkerOptions {
        guard let maximum, maximum < maxReceives else { return self }
        var options = self
        options.maxReceives = maximum
        return options
    }

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
        // An invalid wait time or delay must not make the bounds of the other setting invalid.
        check("visibilitySeconds", visibilitySeconds, max(3, min(waitSeconds, 20) + 2)...43_200)
        check("cpuWorkers", cpuWorkers, 0...Self.maximumCPUWorkers)
        check("maxInFlight", maxInFlight, 0...10_000)
        check("memoryBytes", memoryBytes, 0...(1 << 50))
        if 1..<Self.leastMemoryBytes ~= memoryBytes {
            found.append(
                OptionProblem(
                    "memoryBytes", expected: "0, or \(Self.leastMemoryBytes) or more", got: "\(memoryBytes)"))
        }
        check("drainSeconds", drainSeconds, 0...86_400)
        check("retrySeconds", retrySeconds, 1...43_200)
        check("maxRetrySeconds", maxRetrySeconds, (1...43_200 ~= retrySeconds ? retrySeconds : 1)...43_200)
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
