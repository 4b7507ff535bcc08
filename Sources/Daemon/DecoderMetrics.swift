// SPDX-License-Identifier: Apache-2.0

package import DecoderProcesses
package import Metrics
import Pixelation

/// The metrics of the decoders, which are counted from their events.
package struct DecoderMetrics: Sendable {
    /// The reason for which a decoder has died: the code of the error of its picture, or `idle`.
    private enum Death: String, CaseIterable, Sendable {
        case crashed = "decoder-crashed"
        case outOfMemory = "decoder-out-of-memory"
        case garbage = "decoder-garbage"
        /// The decoder was killed because it had not answered at the deadline of its picture.
        case deadline
        /// The decoder has ended while it had no picture.
        case idle
    }

    private let starts = Counter()
    private let startFailures = Counter()
    private let deaths = Counters<Death>(by: "code")

    package init() {}

    /// Counts an event.
    package func record(_ event: DecoderEvent) {
        switch event {
        case .ready: starts.increment()
        case .startFailed: startFailures.increment()
        case .died(_, let error):
            if let death = Death(rawValue: error.kind.rawValue) { deaths.increment(death) }
        case .endedIdle: deaths.increment(.idle)
        case .retired: break
        }
    }

    /// Adds the metrics to an exposition.
    ///
    /// - Parameter ready: The number of decoders that are ready.
    package func write(to text: inout Exposition, ready: Int) {
        text.gauge(
            "decoders_ready",
            "Decoders that are ready, those with a picture included; 0 with pixelation.isolation off.", ready)
        text.counter("decoder_starts", "Decoders that have become ready since the start.", starts)
        text.counter("decoder_start_failures", "Decoders that did not become ready.", startFailures)
        text.counters(
            "decoder_deaths",
            "Decoders that have died and were replaced, by the code of the error of their picture; idle without any.",
            deaths)
    }
}
