// SPDX-License-Identifier: Apache-2.0

/// The faults of a simulation. Probabilities are per call or per message, numbers per simulation.
struct Faults: Sendable {
    /// The probability that a call fails without an effect.
    var failsBefore = 0.0
    /// The probability that a call fails after its effect.
    var failsAfter = 0.0
    /// The probability that a call takes seconds.
    var isSlow = 0.0
    /// The probability that an entry of a batch is refused although the batch succeeds.
    var refusal = 0.0
    /// The probability that a received message stays visible and is received twice.
    var duplicate = 0.0
    /// The probability that an event shares the message of the next one.
    var grouped = 0.0
    /// The probability that an event arrives minutes late.
    var late = 0.0
    /// The probability that an event arrives in two messages.
    var repeated = 0.0
    /// The number of new versions of each source.
    var overwrites = 0...0
    /// The probability that a source is deleted.
    var deletion = 0.0
    /// The probability that a version of a source is corrupt.
    var corrupt = 0.0
    /// The number of messages that are not about a new source.
    var unknownMessages = 0...0
    var crashes = 0...0
    /// The number of times that a process is suspended.
    var freezes = 0...0
    /// The number of times that a process gets another `maxInFlight`, another memory limit and another engine.
    var reloads = 0...0
    var replicas = 1
    /// True when some pictures take up to two minutes.
    var hasLongWork = true
    /// The seconds during which every call to the object store fails.
    var outage: ClosedRange<Int>?
    /// The probability that a call to a working object store fails after all attempts of the client.
    var failingStoreCalls = 0.0
    /// The seconds during which every call to the quarantine fails.
    var quarantineOutage: ClosedRange<Int>?
    /// True when every download of the first source fails as if the store did.
    var hasFailingSource = false
    /// True when the queue answers long polls at once.
    var answersEmptyPollsAtOnce = false
    var conditionalWrites = true
    var hasQuarantine = true
    /// The part of the services that is broken on purpose, to see that the simulation notices it.
    var brokenPart: BrokenPart?

    enum BrokenPart: Sendable, CaseIterable {
        /// Heartbeats succeed without an effect.
        case heartbeats
        /// Puts return before they are durable.
        case puts
        /// The `Failed` lists of batches are lost.
        case batchFailures
    }
}
