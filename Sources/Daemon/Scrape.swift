// SPDX-License-Identifier: Apache-2.0

import Curl
import Metrics
import Worker

/// What `/metrics` answers, in the OpenMetrics format.
enum Scrape {
    static func text(_ parts: Composition, _ phase: Lifecycle.Phase, _ version: String) -> String {
        var text = Exposition(prefix: "pixelated")
        let report = parts.workload.report
        let transport = parts.transport.status
        parts.metrics.write(to: &text)
        text.gauge("memory_reserved_bytes", "Reserved for pictures in flight.", report.bytesInFlight)
        text.gauge(
            "oldest_lease_seconds", "Since the receipt of the message held longest.",
            seconds(report.sinceOldestLease))
        text.gauge("last_poll_age_seconds", "Since the queue last answered.", seconds(report.sinceLastPoll))
        text.gauge(
            "outage", "1 while receiving is stopped because a dependency fails.", report.outage == nil ? 0 : 1
        )
        text.gauge("ready", "1 while messages are taken.", phase == .running && report.failure == nil ? 1 : 0)
        text.gauge("http_requests_unfinished", "Requests to AWS under way.", transport.unfinished)
        text.gauge("http_requests_waiting", "Requests waiting for a connection.", transport.waiting)
        text.info("build", "The running program.", [("version", version)])
        return text.finished()
    }

    /// Whole seconds; -1 for what has not been yet.
    private static func seconds(_ duration: Duration?) -> Int {
        duration.map { Int($0.components.seconds) } ?? -1
    }
}
