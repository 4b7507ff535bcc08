// SPDX-License-Identifier: Apache-2.0

internal import Support

/// The time that one process like this one needs for the messages that wait in the queue: their number, times the time
/// that each recent message took of this process at full use.
///
/// A message takes processing time, of which the process has `cpuWorkers` seconds in a second, and slot time, of which
/// it has `maxInFlight` seconds. The scarcer of both limits the messages in a second. By Little's law, the mean slot
/// time divided by the number of slots is at most the time between two ends of messages, so that waits for memory or
/// for a processor never make the estimate too large.
///
/// The means are of the recent messages and not of a time, so that idle times change nothing. The weight of a message
/// halves after 64 further ones: about 185 messages count, so that a mixture of small and large pictures has its mean,
/// and another mixture replaces it within some hundred messages. The sizes of the pictures that wait are not used,
/// because the messages of a queue cannot be inspected without receiving them.
package struct BacklogState: Sendable {
    /// The time that one message took of the process.
    package struct Work: Sendable, Equatable {
        /// The time of decoding and encoding on a processor, in seconds.
        package var processing: Double
        /// The time in a slot, in seconds.
        package var slot: Double
        /// True when a picture was pixelated.
        package var isPicture: Bool

        package init(processing: Double, slot: Double, isPicture: Bool = true) {
            self.processing = processing
            self.slot = slot
            self.isPicture = isPicture
        }
    }

    /// The numbers of pictures that are pixelated concurrently and of slots, 1 or more.
    package var cpuWorkers: Int
    package var maxInFlight: Int
    /// The sum of the weights of the messages, and the weighted sums of their times.
    private var weight = 0.0
    private var processing = 0.0
    private var slot = 0.0
    private var hasPicture = false
    private var count: (visible: Int, time: Duration)?

    /// The factor by which the weight of a message decreases with each further one.
    private static let decay = 0.989_228_013_193_975_5  // 0.5^(1/64)
    /// The age from which a count of messages is too old. It is the time for which an autoscaler of Kubernetes
    /// hesitates before it scales in, so that the calls can fail meanwhile.
    private static let countLifetime = Duration.seconds(300)

    package init(cpuWorkers: Int, maxInFlight: Int) {
        self.cpuWorkers = cpuWorkers
        self.maxInFlight = maxInFlight
    }

    /// Records the work of a message that has ended, and has not waited for a dependency that failed.
    package mutating func ended(_ work: Work) {
        weight = weight * Self.decay + 1
        processing = processing * Self.decay + work.processing
        slot = slot * Self.decay + work.slot
        if work.isPicture { hasPicture = true }
    }

    /// Records the number of visible messages that the queue has reported.
    package mutating func counted(_ visible: Int, at now: Duration) { count = (max(0, visible), now) }

    /// The seconds that a message takes of this process at full use; nil before the first picture.
    package var messageSeconds: Double? {
        guard hasPicture else { return nil }
        return max(processing / Double(cpuWorkers), slot / Double(maxInFlight)) / weight
    }

    /// Returns the seconds that one process like this one needs for the visible messages; nil before the first picture,
    /// and when their number is unknown or older than five minutes.
    package func backlogSeconds(at now: Duration) -> Double? {
        guard let count, now - count.time <= Self.countLifetime, let messageSeconds else { return nil }
        return Double(count.visible) * messageSeconds
    }
}
