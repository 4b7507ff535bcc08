// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Metrics
import Settings
import Support
import Worker

/// What `/metrics` answers, in the OpenMetrics format.
enum MetricsPage {
    static func text(
        _ parts: Composition, _ phase: SupervisorState.Phase, _ version: String, _ reload: Reload
    ) -> String {
        var text = Exposition(prefix: "pixelated")
        let status = parts.worker.status
        let transport = parts.transport.status
        let now = SystemTime.now
        text.info("build", "The running program.", [("version", version)])
        text.info("config", "The configuration in force.", [("digest", reload.digest)])
        text.gauge(
            "config_last_reload_successful", "0 after a reload that was refused.", reload.isRefused ? 0 : 1)
        text.gauge(
            "ready", "1 while messages are taken.", phase == .running && status.pollFailure == nil ? 1 : 0)
        text.states(
            "breaker", "Open while receiving is stopped because a dependency fails.", ["closed", "open"],
            current: status.opening == nil ? "closed" : "open")
        text.states(
            "quarantine_breaker",
            "Open while what cannot succeed is held because its reason cannot be stored.",
            ["closed", "open"], current: status.quarantineOpening == nil ? "closed" : "open")
        text.gauge(
            "last_poll_age_seconds", "Since the queue last answered.", seconds: status.sinceLastPoll?.seconds)
        text.gauge(
            "queue_lag_seconds",
            "How long the oldest message of the last receive had waited; 0 when there was none.",
            seconds: status.lag?.seconds)
        text.gauge(
            "last_picture_age_seconds", "Since the last picture was done.",
            seconds: status.sinceLastPicture?.seconds)
        text.gauge(
            "oldest_lease_age_seconds", "Since the receipt of the message held longest; 0 without any.",
            seconds: status.oldestLease?.seconds ?? 0)
        text.gauge("memory_reserved_bytes", "Reserved for pictures in flight.", status.bytesInFlight)
        text.gauge("memory_limit_bytes", "What may be reserved.", reload.settings.worker.memoryBytes)
        text.gauge(
            "max_in_flight", "Messages that may be in flight at once.",
            reload.settings.worker.effectiveMaxInFlight)
        let expiration = parts.session.credentials.identity?.expiration
        text.gauge(
            "credentials_expiry_timestamp_seconds",
            "When the credentials in use expire, since 1970; no sample when they never do.",
            seconds: expiration)
        text.gauge(
            "credentials_lifetime_seconds", "Until then.", seconds: expiration.map { $0 - now })
        text.gauge("http_requests_pending", "Requests to AWS under way.", transport.pending)
        text.gauge("http_requests_waiting", "Requests waiting for a connection.", transport.waiting)
        parts.metrics.write(to: &text)
        return text.finished()
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
