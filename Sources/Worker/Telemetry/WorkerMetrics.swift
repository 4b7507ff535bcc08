// SPDX-License-Identifier: Apache-2.0

package import Metrics

/// Everything the worker counts. Fields, not names in a registry: the compiler checks who counts what.
package final class WorkerMetrics: Sendable {
    package let received = Counter()
    package let redelivered = Counter()
    package let outcomes = Counters<Outcome.Kind>(by: "outcome")
    package let skips = Counters<Outcome.Skip>(by: "reason")
    package let failures = Counters<WorkerError.Kind>(by: "error")
    /// Records that did not end well, by what became of them and why.
    package let troubles = CounterTable<Outcome.Trouble, WorkerError.Kind>(by: "outcome", "error")
    package let polls = Counter()
    package let pollFailures = Counter()
    package let deleted = Counter()
    package let released = Counter()
    package let settleFailed = Counter()
    package let refusals = Counter()
    package let adopted = Counter()
    package let lost = Counters<LeaseManagerState.Loss>(by: "reason")
    package let outages = Counter()
    package let quarantined = Counter()
    package let bytesIn = Counter()
    package let bytesOut = Counter()
    package let inFlight = Gauge()
    /// From sending to receiving.
    package let queueAge = Histogram.ages()
    package let wait = Histogram.microseconds()
    package let fetch = Histogram.microseconds()
    package let compute = Histogram.microseconds()
    package let store = Histogram.microseconds()
    package let total = Histogram.microseconds()
    package let sourceBytes = Histogram.bytes()

    package init() {}

    package func write(to text: inout Exposition) {
        text.counter("messages_received", "Messages received.", received)
        text.counter(
            "messages_redelivered", "Messages received that had been received before.", redelivered)
        text.counters("records", "Records of messages by how they ended.", outcomes)
        text.counters("records_skipped", "Records with nothing to do, by why.", skips)
        text.counters("failures", "Failures of records by kind, retried ones included.", failures)
        text.counter("polls", "Receive calls answered.", polls)
        text.counter("poll_failures", "Receive calls failed.", pollFailures)
        text.counter("messages_deleted", "Deletes confirmed by the queue.", deleted)
        text.counter("messages_released", "Messages given back, confirmed by the queue.", released)
        text.counter(
            "settle_failures", "Deletes or releases given up; the message comes again.", settleFailed)
        text.counter("batch_refusals", "Entries refused inside successful batches.", refusals)
        text.counter("messages_adopted", "Messages received again while being worked on.", adopted)
        text.counters("leases_lost", "Leases lost while working.", lost)
        text.counter("breaker_openings", "Times that receiving stopped because a dependency failed.", outages)
        text.counter("quarantined", "Messages stored in quarantine.", quarantined)
        text.counters("record_errors", "Records by what became of them and why.", troubles)
        text.counter("source_bytes", "Bytes downloaded.", bytesIn)
        text.counter("output_bytes", "Bytes stored.", bytesOut)
        text.gauge("messages_in_flight", "Messages in flight.", inFlight.value)
        text.histogram(
            "queue_age_seconds", "From the sending of a message to its receipt.", queueAge,
            scale: 1_000_000)
        text.histograms(
            "stage_seconds", "Stages of a picture: waiting for memory or processor, GET, decoding, PUTs.",
            by: "stage", [("wait", wait), ("get", fetch), ("decode", compute), ("put", store)],
            scale: 1_000_000)
        text.histogram("record_seconds", "A record from its turn to its outcome.", total, scale: 1_000_000)
        text.histogram("source_size_bytes", "Sizes of sources.", sourceBytes)
    }
}
