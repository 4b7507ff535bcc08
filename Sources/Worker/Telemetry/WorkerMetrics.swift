// SPDX-License-Identifier: Apache-2.0

package import Metrics
package import Pixelation

/// The metrics of the worker, one property for each. The function `write(to:)` contains their names and help texts.
///
/// Histograms of durations record microseconds, and those of sizes record bytes.
package final class WorkerMetrics: Sendable {
    // MARK: Queue

    package let polls = Counter()
    package let pollFailures = Counter()
    package let received = Counter()
    package let redelivered = Counter()
    /// The number of messages that were received while a job of this process already had them. They are included in
    /// `received`.
    package let adopted = Counter()
    /// The number of received messages that were suspect (`SuspectGateState`).
    package let suspects = Counter()
    package let deleted = Counter()
    package let released = Counter()
    package let settleFailures = Counter()
    package let batchRefusals = Counter()
    /// The number of heartbeats of messages that the queue has confirmed.
    package let extensions = Counter()
    package let leasesLost = Counters<LeaseManagerState.Loss>(by: "reason")
    package let inFlight = Gauge()
    package let queueAge = Histogram.ages()

    // MARK: Records

    package let records = Counters<Outcome.Kind>(by: "outcome")
    package let recordsSkipped = Counters<Outcome.Skip>(by: "reason")
    package let recordErrors = CounterTable<WorkerError.Kind, Outcome.FailureKind>(by: "kind", "outcome")
    /// The number of failed attempts at records by the kind of error. A record that is repeated while the circuit
    /// breaker is open has several failed attempts and one outcome.
    package let attemptFailures = Counters<WorkerError.Kind>(by: "kind")
    package let breakerOpenings = Counter()

    // MARK: Pictures, counted for records with outcome `done` only

    package let bytesIn = Counter()
    /// The number of bytes of all outputs of records with the outcome done (`RecordTrace.bytesOut`).
    package let bytesOut = Counter()
    package let waitTime = Histogram.microseconds()
    package let getTime = Histogram.microseconds()
    package let decodeTime = Histogram.microseconds()
    package let putTime = Histogram.microseconds()
    package let recordTime = Histogram.microseconds()
    package let sourceBytes = Histogram.bytes()
    package let picturesDamaged = Counters<Damage.Kind>(by: "kind")

    package init() {}

    /// Counts the outcome of a record.
    func recordEnded(_ outcome: Outcome, _ trace: RecordTrace) {
        records.increment(outcome.kind)
        if let error = outcome.error, let failure = Outcome.FailureKind(rawValue: outcome.kind.rawValue) {
            recordErrors.increment(error.kind, failure)
        }
        if case .skipped(let reason) = outcome { recordsSkipped.increment(reason) }
        guard outcome == .done else { return }
        for damage in trace.damage { picturesDamaged.increment(damage.kind) }
        bytesIn.increment(by: trace.bytesIn ?? 0)
        bytesOut.increment(by: trace.bytesOut ?? 0)
        sourceBytes.record(UInt64(trace.bytesIn ?? 0))
        waitTime.record(trace.waitTime, traceID: trace.traceID)
        getTime.record(trace.getTime, traceID: trace.traceID)
        decodeTime.record(trace.decodeTime, traceID: trace.traceID)
        putTime.record(trace.putTime, traceID: trace.traceID)
        recordTime.record(trace.totalTime, traceID: trace.traceID)
    }

    /// Adds all metrics of the worker to an exposition.
    package func write(to text: inout Exposition) {
        text.counter("polls", "Polls that the queue answered.", polls)
        text.counter("poll_failures", "Polls that failed.", pollFailures)
        text.counter("messages_received", "Messages received.", received)
        text.counter(
            "messages_redelivered", "Messages received with a receive count above 1.", redelivered)
        text.counter("messages_adopted", "Messages received again while in flight here.", adopted)
        text.counter(
            "messages_suspect",
            "Messages processed alone, because a process may have been killed during each of their receives.",
            suspects)
        text.counter("messages_deleted", "Messages deleted, as confirmed by the queue.", deleted)
        text.counter("messages_released", "Messages released, as confirmed by the queue.", released)
        text.counter(
            "settle_failures",
            "Deletes and releases that were not confirmed: the messages become visible again.",
            settleFailures)
        text.counter(
            "batch_refusals", "Entries that the queue refused in batches that succeeded.", batchRefusals)
        text.counter(
            "visibility_extensions",
            "Visibility timeouts of messages in flight that heartbeats have extended, each time.", extensions)
        text.counters("leases_lost", "Leases lost during processing, by reason.", leasesLost)
        text.gauge("messages_in_flight", "Messages in flight.", inFlight.value)
        text.histogram(
            "queue_age_seconds", "Time between the sending and the receiving of a message.", queueAge,
            scale: 1_000_000)

        text.counters("records", "Records by outcome.", records)
        text.counters("records_skipped", "Records that needed no work, by reason.", recordsSkipped)
        text.counters(
            "record_errors", "Records that ended with an error, by its kind and the outcome.", recordErrors)
        text.counters(
            "attempt_failures", "Failed attempts by kind of error, repeated ones included.", attemptFailures)
        text.counter(
            "breaker_openings",
            "Openings of the circuit breaker of sources and outputs. While it is open, only trials are received.",
            breakerOpenings)

        text.counters(
            "pictures_damaged", "Records with outcome done whose sources were damaged, by kind of damage.",
            picturesDamaged)
        text.counter("source_bytes", "Bytes of the sources of records with outcome done.", bytesIn)
        text.counter(
            "output_bytes",
            "Bytes of all outputs of records with outcome done, uploaded or found up to date.", bytesOut)
        text.histograms(
            "stage_seconds",
            "Duration of the stages of done records: waiting for memory and processor, GET, decode with encode, PUT.",
            by: "stage",
            [("wait", waitTime), ("get", getTime), ("decode", decodeTime), ("put", putTime)],
            scale: 1_000_000)
        text.histogram(
            "record_seconds", "Duration of the records with outcome done.", recordTime,
            scale: 1_000_000)
        text.histogram(
            "source_size_bytes", "Size of the sources of records with outcome done.", sourceBytes)
    }
}
