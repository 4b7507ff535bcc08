// SPDX-License-Identifier: Apache-2.0

import Logging
import Support
import Tracing

/// The log of the export of traces.
struct TraceLog: Sendable {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    func record(_ event: SpanExporter.Event) {
        switch event {
        case .failed(let reason):
            logger.warning(
                "traces cannot be sent to tracing.endpoint, later ones may be dropped: \(reason)",
                metadata: ["event": "\(DaemonEvent.traceExportFailed.rawValue)"])
        case .rejected(let spans, let count, let message):
            let reason = message.isEmpty ? "" : ": \(message)"
            logger.warning(
                "the collector at tracing.endpoint has rejected \(spans) of \(count.counted("span"))\(reason)",
                metadata: ["event": "\(DaemonEvent.traceExportFailed.rawValue)"])
        case .headersLeftOut(let positions):
            let parts = positions.map(String.init).joined(separator: ", ")
            logger.warning(
                """
                OTEL_EXPORTER_OTLP_HEADERS: not of the form NAME=VALUE, separated by commas and with values in percent \
                encoding, and therefore left out: part \(parts)
                """,
                metadata: ["event": "\(DaemonEvent.traceExportFailed.rawValue)"])
        case .recovered:
            logger.notice(
                "traces are sent again",
                metadata: ["event": "\(DaemonEvent.traceExportRecovered.rawValue)"])
        }
    }
}
