// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Metrics
import Settings
import Support
import Systemd
import Tracing
import Worker

/// The page `/metrics` of the health server.
enum MetricsPage {
    private static let process = ProcessMetrics()

    /// Returns the current metrics of the daemon, the decoders, the worker, AWS, the network and the process.
    static func text(
        _ format: Exposition.Format, _ parts: Composition, _ phase: SupervisorState.Phase, _ version: String,
        _ reload: Reload, _ log: LogOutput, problems: [String]
    ) -> String {
        var text = Exposition(format, prefix: "pixelated")
        let status = parts.worker.status
        let sizes = parts.sizes.settings
        let transport = parts.transport.status
        let now = SystemTime.now
        text.info("build", "Version of the running program.", [("version", version)])
        text.info("config", "Digest of the effective configuration.", [("digest", reload.digest)])
        text.gauge(
            "config_last_reload_successful", "1 if the last reload was accepted, 0 if it was refused.",
            reload.isRefused ? 0 : 1)
        text.gauge(
            "ready", "1 while messages are received, as on the page /readyz.",
            Readiness.isReady(
                phase, status,
                problems: Readiness.problems(problems, decoderFailure: parts.decoderFailure)) ? 1 : 0)
        text.states(
            "breaker",
            "Circuit breaker of sources and outputs; open while a dependency fails and only trials are received.",
            ["closed", "open"],
            current: status.opening == nil ? "closed" : "open")
        text.states(
            "quarantine_breaker",
            "Circuit breaker of the quarantine; open while quarantine records cannot be stored.",
            ["closed", "open"], current: status.quarantineOpening == nil ? "closed" : "open")
        text.gauge(
            "last_poll_age_seconds", "Time since the queue last answered a poll.",
            seconds: status.sinceLastPoll?.inSeconds)
        text.gauge(
            "queue_lag_seconds",
            "Age of the oldest message of the last receive; 0 when it was empty.",
            seconds: status.lag?.inSeconds)
        text.gauge(
            "backlog_seconds",
            "Time that one process like this one needs for the messages that wait; no sample before a picture.",
            seconds: status.backlogSeconds)
        text.gauge(
            "message_seconds", "Time that a recent message took of this process at full use, on average.",
            seconds: status.messageSeconds, decimals: 6)
        text.gauge(
            "last_picture_age_seconds", "Time since the last picture was pixelated.",
            seconds: status.sinceLastPicture?.inSeconds)
        text.gauge(
            "oldest_lease_age_seconds",
            "Time since the receipt of the message that is in flight longest; 0 without any.",
            seconds: status.oldestLease?.inSeconds ?? 0)
        text.gauge("memory_reserved_bytes", "Memory reserved for pictures in flight.", status.bytesInFlight)
        text.gauge(
            "memory_limit_bytes", "Memory budget for pictures in flight.", sizes.worker.memoryBytes)
        text.gauge(
            "cpu_workers", "Number of pictures that are pixelated concurrently.", sizes.worker.cpuWorkers)
        text.gauge(
            "max_in_flight", "Maximum number of messages in flight.",
            sizes.worker.effectiveMaxInFlight)
        let expiration = parts.session.credentials.identity?.expiration
        text.gauge(
            "credentials_expiry_timestamp_seconds",
            "Expiry of the credentials in use, in seconds since 1970; no sample when they do not expire.",
            seconds: expiration)
        text.gauge(
            "credentials_lifetime_seconds", "Time until the expiry of the credentials in use.",
            seconds: expiration.map { $0 - now })
        text.gauge(
            "http_requests_pending", "Unfinished requests to AWS, active or waiting for a connection.",
            transport.pending)
        text.gauge("http_requests_waiting", "Requests to AWS that wait for a connection.", transport.waiting)
        text.counter(
            "log_lines_dropped", "Log lines that the destination of the log did not take in time.",
            log.dropped)
        if let exporter = parts.exporter {
            text.counter(
                "spans_exported", "Spans of traces in requests that the collector has answered with success.",
                exporter.exported)
            text.counter(
                "spans_dropped", "Spans of traces that the collector did not take in time or refused.",
                exporter.dropped)
        }
        parts.writeDecoderMetrics(to: &text)
        parts.metrics.write(to: &text)
        parts.session.metrics.write(to: &text)
        process.write(to: &text)
        return text.finished()
    }
}
