// SPDX-License-Identifier: Apache-2.0

import Logging
import Support
import Testing

@testable import Worker

/// What operators can filter the journal by.
struct StoryTests {
    private struct Line: Sendable {
        var level: Logger.Level
        var fields: [String: String]
    }

    private struct Recorder: LogHandler {
        let lines: Locked<[Line]>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).mapValues { $0.description }
            lines.withLock { $0.append(Line(level: event.level, fields: fields)) }
        }
    }

    private func line(_ tell: (WorkerLog) -> Void) throws -> Line {
        let lines = Locked<[Line]>([])
        tell(WorkerLog(Logger(label: "test") { _ in Recorder(lines: lines) }))
        let told = lines.withLock { $0 }
        #expect(told.count == 1)
        return try #require(told.first)
    }

    private func delivery(receives: Int = 1) -> Delivery {
        Delivery(messageID: "m", handle: "h", body: "", receiveCount: receives, age: .milliseconds(1234))
    }

    @Test func `a failure says whose fault it is, with kind, code and request`() throws {
        let error = WorkerError(
            .corrupt, operation: "pixelating", code: "truncated", detail: "d", requestID: "R1")
        let line = try line { $0.recordEnded(.quarantined(error), RecordTrace(), of: delivery(), index: 0) }
        #expect(line.level == .error)
        for (key, value) in [
            "event": "picture-quarantined", "fault": "picture", "error_kind": "corrupt",
            "error_code": "truncated", "request_id": "R1", "ms_queued": "1234",
        ] { #expect(line.fields[key] == value, "\(key)") }
        #expect(line.fields["redelivered"] == nil)
    }

    @Test func `what comes again says so`() throws {
        let line = try line { $0.recordEnded(.done, RecordTrace(), of: delivery(receives: 2), index: 0) }
        #expect(line.fields["redelivered"] == "yes" && line.fields["sqs_receive_count"] == "2")
    }

    @Test func `the queue's and a dependency's failures say whose fault they are`() throws {
        let denied = WorkerError(.accessDenied, operation: "ReceiveMessage", code: "AccessDenied")
        #expect(try line { $0.pollFailed(denied, failures: 1) }.fields["fault"] == "setup")
        let down = WorkerError(.unavailable, operation: "GetObject")
        #expect(try line { $0.breakerOpened(down, of: .storage) }.fields["fault"] == "aws")
    }

    @Test func `what the filter leaves out is for debugging only`() throws {
        let filtered = try line {
            $0.recordEnded(.skipped(.filtered), RecordTrace(), of: delivery(), index: 0)
        }
        let finished = try line {
            $0.recordEnded(.skipped(.finished), RecordTrace(), of: delivery(), index: 0)
        }
        #expect(filtered.level == .debug && finished.level == .info)
    }

    @Test
    func `fault and policy agree: what stops receiving is never the picture's, what is given up always`() {
        for kind in WorkerError.Kind.allCases {
            switch Policy()[kind] {
            case .openBreaker: #expect(kind.fault != .picture, "\(kind)")
            case .quarantine: #expect(kind.fault == .picture, "\(kind)")
            case .retry, .ignore: break
            }
        }
    }
}
