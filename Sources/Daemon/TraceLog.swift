// SPDX-License-Identifier: Apache-2.0

import Logging
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
        case .recovered:
            logger.notice(
                "traces are sent again",
                metadata: ["event": "\(DaemonEvent.traceExportRecovered.rawValue)"])
        }
    }
}
