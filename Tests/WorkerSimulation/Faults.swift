// SPDX-License-Identifier: Apache-2.0

/// The faults and the features of the simulated services. Probabilities are per call or per message.
struct Faults: Codable, Equatable, Sendable {
    /// The faults of single kinds of calls.
    var rules: [FaultRule] = []
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

    /// The seconds in which calls fail.
    var windows: [ClosedRange<Int>] {
        rules.compactMap(\.seconds) + [outage, quarantineOutage].compactMap(\.self)
    }

    enum BrokenPart: String, Codable, Sendable, CaseIterable {
        /// Heartbeats succeed without an effect.
        case heartbeats
        /// Puts return before they are durable.
        case puts
        /// The `Failed` lists of batches are lost.
        case batchFailures
        /// Deletes of messages that were received more than once succeed without an effect.
        case deletes
    }
}
