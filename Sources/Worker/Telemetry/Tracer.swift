// SPDX-License-Identifier: Apache-2.0

package import Tracing

/// The maker of the traces of records: one trace for a record, from its event to the deletion of its message.
package struct Tracer: Sendable {
    private let receiver: any SpanReceiver
    /// The number of records of which one is traced, 1 or more.
    private let sampleOneIn: Int

    package init(_ receiver: any SpanReceiver, sampleOneIn: Int = 1) {
        self.receiver = receiver
        self.sampleOneIn = sampleOneIn
    }

    /// Begins the trace of a record; nil when the record is not in the sample.
    ///
    /// - Parameter now: The time of `WorkerClock`, in which the times of all spans are given.
    func begin(_ message: InFlightMessage, now: Duration) -> RecordSpans? {
        guard sampleOneIn == 1 || Int.random(in: 0..<sampleOneIn) == 0 else { return nil }
        return RecordSpans(message, receiver, now: now)
    }
}
