// SPDX-License-Identifier: Apache-2.0

package import Metrics

/// Everything the worker counts. Fields, not names in a registry: the compiler checks who counts what.
package final class WorkerMetrics: Sendable {
    package let received = Counter()
    package let redelivered = Counter()
    package let records = Counters<Outcome.Kind>(by: "outcome")
    package let recordsSkipped = Counters<Outcome.Skip>(by: "reason")
    package let attemptFailures = Counters<WorkerError.Kind>(by: "kind")
    /// Records that did not end well, by what became of them and why.
    package let recordErrors = CounterTable<WorkerError.Kind, Outcome.FailureKind>(by: "kind", "outcome")
    package let polls = Counter()
    package let pollFailures = Counter()
    package let deleted = Counter()
    package let released = Counter()
    package let settleFailures = Counter()
    package let batchRefusals = Counter()
    package let adopted = Counter()
    package let leasesLost = Counters<LeaseManagerState.Loss>(by: "reason")
    package let breakerOpenings = Counter()
    package let bytesIn = Counter()
    package let bytesOut = Counter()
    package let inFlight = Gauge()
    /// From sending to receiving.
    package let queueAge = Histogram.ages()
    package let waitTime = Histogram.microseconds()
    package let getTime = Histogram.microseconds()
    package let decodeTime = Histogram.microseconds()
    package let putTime = Histogram.microseconds()
    package let recordTime = Histogram.microseconds()
    package let sourceBytes = Histogram.bytes()

    package init() {}

    package func write(to text: inout Exposition) {
        text.counter("messages_received", "Messages received.", received)
        text.counter(
            "messages_redelivered", "Messages received that had been received before.", redelivered)
        text.counters("records", "Records of messages by how they ended.", records)
        text.counters("records_skipped", "Records with nothing to do, by reason.", recordsSkipped)
        text.counters(
            "attempt_failures", "Failed attempts by kind of error, repeated ones included.", attemptFailures)
        text.counter("polls", "Receive calls answered.", polls)
        text.counter("poll_failures", "Receive calls failed.", pollFailures)
        text.counter("messages_deleted", "Deletes confirmed by the queue.", deleted)
        text.counter("messages_released", "Messages given back, confirmed by the queue.", released)
        text.counter(
            "settle_failures", "Deletes or releases given up; the message comes again.", settleFailures)
        text.counter("batch_refusals", "Entries refused inside successful batches.", batchRefusals)
        text.counter("messages_adopted", "Messages received again while being worked on.", adopted)
        text.counters("leases_lost", "Leases lost while working.", leasesLost)
        text.counter(
            "breaker_openings", "Times that receiving stopped because a dependency failed.", breakerOpenings)
        text.counters("record_errors", "Records by what became of them and why.", recordErrors)
        text.counter("source_bytes", "Bytes downloaded.", bytesIn)
        text.counter("output_bytes", "Bytes stored.", bytesOut)
        text.gauge("messages_in_flight", "Messages in flight.", inFlight.value)
        text.histogram(
            "queue_age_seconds", "From the sending of a message to its receipt.", queueAge,
            scale: 1_000_000)
        text.histograms(
            "stage_seconds", "Stages of a picture: waiting for memory or processor, GET, decoding, PUTs.",
            by: "stage", [("wait", waitTime), ("get", getTime), ("decode", decodeTime), ("put", putTime)],
            scale: 1_000_000)
        text.histogram(
            "record_seconds", "A record from its turn to its outcome.", recordTime, scale: 1_000_000)
        text.histogram("source_size_bytes", "Sizes of sources.", sourceBytes)
    }
}
