// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import Metrics
import Pixelation
import Scripted
import Support
import Testing

@testable import Worker

@Suite("The fields of the worker's log, by which operators filter")
struct WorkerLogTests {
    /// An event of the log as the tests compare it.
    private struct Line: Sendable {
        var level: Logger.Level
        var message: String
        var fields: [String: String]
        /// The keys of the fields that are integers.
        var numbers: Set<String>

        init(_ entry: LogRecorder.Entry) {
            level = entry.level
            message = entry.message
            fields = entry.metadata.mapValues { $0.description }
            let integers = entry.metadata.filter { _, value in
                if case .stringConvertible(let value) = value { value is any BinaryInteger } else { false }
            }
            numbers = Set(integers.keys)
        }
    }

    /// The only line that `body` logs.
    private func line(_ body: (WorkerLog) -> Void) throws -> Line {
        let log = LogRecorder()
        body(WorkerLog(log.logger))
        #expect(log.entries.count == 1)
        return Line(try #require(log.entries.first))
    }

    private func message(receives: Int = 1) -> InFlightMessage {
        InFlightMessage(
            content: Message(messageID: "m", receiptHandle: "h", body: "", receiveCount: receives),
            age: .milliseconds(1234), lease: LeaseManagerState.ID(number: 1), stopSignal: StopSignal())
    }

    @Test func `a failure is logged with whose fault it is, kind, code and request id`() throws {
        let error = WorkerError(
            .corrupt, operation: "pixelating", code: "truncated", detail: "d", requestID: "R1")
        let line = try line { $0.recordEnded(.quarantined(error), RecordTrace(), of: message(), index: 0) }
        #expect(line.level == .error)
        for (key, value) in [
            "event": "picture-quarantined", "fault": "picture", "error_kind": "corrupt",
            "error_code": "truncated", "request_id": "R1", "ms_queued": "1234",
        ] { #expect(line.fields[key] == value, "\(key)") }
        #expect(line.fields["redelivered"] == nil)
    }

    @Test func `sizes, times and counts are logged as integers, names as texts`() throws {
        var trace = RecordTrace()
        trace.source = ObjectReference(bucket: "in", key: "123")
        trace.eTag = "123"
        (trace.bytesIn, trace.bytesOut, trace.rounds, trace.probes) = (5, 6, 2, 1)
        trace.survey = Survey(format: .jpeg, width: 640, height: 480, workingSetBytes: 1)
        let line = try line { $0.recordEnded(.done, trace, of: message(receives: 2), index: 1) }
        let numbers: Set = [
            "bytes_in", "bytes_out", "width", "height", "rounds", "probes", "ms_wait", "ms_get", "ms_decode",
            "ms_put", "ms_total", "ms_queued", "sqs_receive_count", "record",
        ]
        #expect(line.numbers == numbers)
        #expect(line.fields["s3_key"] == "123" && line.fields["width"] == "640")
    }

    @Test func `a line of the log has a bound, whatever servers and messages say`() throws {
        for unit in ["x", "\u{301}", "\u{1}"] {
            let long = String(repeating: unit, count: 500_000)
            let error = WorkerError(.other, operation: long, code: long, detail: long, requestID: long)
            var trace = RecordTrace(source: ObjectReference(bucket: "in", key: "a.jpg"))
            trace.add(ObjectHead(eTag: long, versionID: long, requestID: long))
            let line = try line { $0.recordEnded(.retried(error), trace, of: message(), index: 0) }
            let bytes = line.fields.reduce(line.message.utf8.count) { $0 + $1.value.utf8.count }
            #expect(bytes < 8000)
            #expect(line.fields["s3_etag"]?.hasControlCharacters == false)
        }
    }

    @Test func `damage of a source is in the text and the fields of a picture that is done`() throws {
        var trace = RecordTrace()
        trace.damage = [Damage(.corruptData, "corrupt data", percent: 7), Damage(.noProfile, "a\nprofile")]
        let line = try line { $0.recordEnded(.done, trace, of: message(), index: 0) }
        #expect(line.level == .info && line.message.hasSuffix(" ms, corrupt data, a?profile"))
        #expect(line.fields["damage"] == "corrupt-data,no-profile" && line.fields["damage_percent"] == "7")
        #expect(line.numbers.contains("damage_percent"))
        let intact = try self.line { $0.recordEnded(.done, RecordTrace(), of: message(), index: 0) }
        #expect(intact.fields["damage"] == nil && intact.fields["damage_percent"] == nil)
        let metrics = WorkerMetrics()
        metrics.recordEnded(.done, trace)
        metrics.recordEnded(.done, RecordTrace())
        #expect(metrics.picturesDamaged[.corruptData] == 1 && metrics.picturesDamaged[.noProfile] == 1)
        #expect(metrics.picturesDamaged[.truncated] == 0)
    }

    @Test func `a record with a receive count above 1 is logged as redelivered`() throws {
        let line = try line { $0.recordEnded(.done, RecordTrace(), of: message(receives: 2), index: 0) }
        #expect(line.fields["redelivered"] == "yes" && line.fields["sqs_receive_count"] == "2")
    }

    @Test func `a control character in an object key reaches neither text nor fields`() throws {
        var trace = RecordTrace()
        trace.source = ObjectReference(bucket: "in", key: "a\n\u{1b}[31m.jpg")
        let line = try line { $0.recordEnded(.done, trace, of: message(), index: 0) }
        #expect(line.fields["s3_key"] == "a??[31m.jpg")
        #expect(line.message.hasPrefix("s3://in/a??[31m.jpg: "))
    }

    @Test func `a failed poll and an open breaker are logged with whose fault they are`() throws {
        let denied = WorkerError(.accessDenied, operation: "ReceiveMessage", code: "AccessDenied")
        #expect(try line { $0.pollFailed(denied, failures: 1) }.fields["fault"] == "setup")
        let down = WorkerError(.unavailable, operation: "GetObject")
        #expect(try line { $0.breakerOpened(down, of: .storage) }.fields["fault"] == "aws")
    }

    @Test func `the first failed poll of a row is an error, later ones are for debugging`() throws {
        let error = WorkerError(.unavailable, operation: "ReceiveMessage")
        #expect(try line { $0.pollFailed(error, failures: 1) }.level == .error)
        #expect(try line { $0.pollFailed(error, failures: 2) }.level == .debug)
    }

    @Test func `an object that the filter excludes is logged at debug level`() throws {
        let filtered = try line {
            $0.recordEnded(.skipped(.filtered), RecordTrace(), of: message(), index: 0)
        }
        let finished = try line {
            $0.recordEnded(.skipped(.finished), RecordTrace(), of: message(), index: 0)
        }
        #expect(filtered.level == .debug && finished.level == .info)
    }

    /// A retry changes neither the names of the outputs nor the source buckets of the settings.
    @Test func `the policy opens the breaker for no fault of a picture and quarantines for no fault of AWS`()
    {
        for kind in WorkerError.Kind.allCases {
            switch Policy()[kind] {
            case .openBreaker: #expect(kind.fault != .picture, "\(kind)")
            case .quarantine where kind == .outputCollision || kind == .bucketNotAllowed:
                #expect(kind.fault == .setup, "\(kind)")
            case .quarantine: #expect(kind.fault == .picture, "\(kind)")
            case .retry, .ignore: break
            }
        }
    }

    @Test func `with failures only, a picture that plainly succeeds is logged at debug level`() throws {
        func level(
            _ outcome: Outcome, _ logged: PictureLog, receives: Int = 1,
            change: (inout RecordTrace) -> Void = { _ in }
        ) throws -> Logger.Level {
            var trace = RecordTrace()
            trace.rounds = 1
            change(&trace)
            return try line {
                $0.recordEnded(outcome, trace, of: message(receives: receives), index: 0, logged: logged)
            }.level
        }
        let error = WorkerError(.corrupt, operation: "pixelating")
        #expect(try level(.done, .all) == .info && level(.skipped(.folder), .all) == .info)
        #expect(try level(.done, .failures) == .debug && level(.skipped(.finished), .failures) == .debug)
        #expect(try level(.done, .failures, receives: 2) == .info)
        #expect(try level(.done, .failures) { $0.rounds = 2 } == .info)
        #expect(try level(.done, .failures) { $0.probes = 1 } == .info)
        #expect(try level(.done, .failures) { $0.damage = [Damage(.noProfile, "d")] } == .info)
        #expect(try level(.ignored(error), .failures) == .notice && level(.lost, .failures) == .warning)
        #expect(try level(.quarantined(error), .failures) == .error)
        #expect(try level(.retried(error), .failures) == .warning)
    }
}
