// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Logging
internal import Pixelation
internal import Support

/// The log of the worker: one method for each event of `WorkerEvent`, with its level, text and fields.
///
/// Only this type of the module Worker logs. Fields that are numbers are passed as integers, so that they are numbers
/// in JSON.
struct WorkerLog: Sendable {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// Logs the outcome of a record: `picture-done`, `record-skipped`, `picture-ignored`, `picture-retried`,
    /// `picture-quarantined`, `picture-released` or `lease-lost`.
    ///
    /// - Parameters:
    ///   - index: The index of the record in its message, counted from 0.
    ///   - logged: The records that are not logged at the level debug only.
    func recordEnded(
        _ outcome: Outcome, _ trace: RecordTrace, of message: InFlightMessage, index: Int,
        logged: PictureLog = .all
    ) {
        var fields = Self.fields(of: message, trace)
        fields["outcome"] = "\(outcome.kind.rawValue)"
        if index > 0 { fields["record"] = .stringConvertible(index) }
        if let error = outcome.error { fields.merge(Self.fields(of: error)) { $1 } }
        let (event, level) = Self.event(of: outcome)
        let isRoutine = level == .info && trace.isPlain && !message.isRedelivered
        log(
            event, logged == .failures && isRoutine ? .debug : level, Self.text(outcome, trace), fields)
    }

    /// Logs that the source of a suspect message is downloaded and decoded, while no other job is at work. If the
    /// process is killed, this entry names the picture.
    ///
    /// - Parameter fate: The consequence if the process is killed.
    func suspectBegins(_ trace: RecordTrace, of message: InFlightMessage, fate: Job.Fate) {
        let consequence =
            switch fate {
            case .anotherReceive: ""
            case .stored: "; this is its last receive, so its failure is stored before it is decoded"
            case .movedWithoutReason:
                "; this is its last receive, and if the process is killed again, the redrive policy of the queue moves"
                    + " the message without a reason"
            }
        log(
            .pictureSuspect, fate == .anotherReceive ? .notice : .warning,
            "\(Self.name(of: trace)): processed alone in receive \(message.content.receiveCount), because the process"
                + " may have been killed in the earlier ones\(consequence)", Self.fields(of: message, trace))
    }

    /// Logs that the failure of a suspect message was stored in the quarantine before its picture is decoded.
    func storedEarly(_ failure: WorkerError, _ trace: RecordTrace, of message: InFlightMessage) {
        log(
            .pictureQuarantinedEarly, .warning,
            "\(Self.name(of: trace)): the quarantine has a record of the failure, and the last attempt begins",
            Self.fields(of: message, trace).merging(Self.fields(of: failure)) { $1 })
    }

    /// Logs that the failure of a suspect message could not be stored before its last attempt.
    ///
    /// - Parameter failure: The error of the quarantine.
    func notStoredEarly(_ failure: WorkerError, _ trace: RecordTrace, of message: InFlightMessage) {
        log(
            .quarantineFailed, .error,
            "\(Self.name(of: trace)): the last attempt begins without a stored failure: \(failure)",
            Self.fields(of: message, trace))
    }

    /// Logs that the quarantine record that was stored before the last attempt is not needed.
    func letterObsolete(_ outcome: Outcome, _ trace: RecordTrace, of message: InFlightMessage) {
        log(
            .letterObsolete, .notice,
            "\(Self.name(of: trace)): \(outcome.kind.rawValue) at the last receive; the quarantine record with the kind"
                + " \(WorkerError.Kind.noResult.rawValue) can be deleted, or replayed without effect",
            Self.fields(of: message, trace).merging(["outcome": "\(outcome.kind.rawValue)"]) { $1 })
    }

    /// Logs that a permanent failure could not be stored in the quarantine.
    ///
    /// - Parameter failure: The permanent failure that could not be stored. The error of the quarantine is in the log
    ///   event of the record's outcome.
    func quarantineFailed(_ failure: WorkerError, of message: InFlightMessage) {
        log(
            .quarantineFailed, .error,
            "the quarantine record could not be stored, the message stays in the queue: \(failure)",
            Self.fields(of: message))
    }

    /// Logs that a poll failed.
    ///
    /// - Parameter failures: The number of consecutive failed polls. The second and later ones are logged at the level
    ///   debug.
    func pollFailed(_ error: WorkerError, failures: Int) {
        log(
            .pollFailed, failures == 1 ? .error : .debug,
            "messages cannot be received, polling goes on: \(error)", Self.fields(of: error))
    }

    func pollRecovered(after failures: Int) {
        log(
            .pollRecovered, .notice, "messages can be received again after \(failures.counted("failed poll"))"
        )
    }

    /// Logs that the responses of several consecutive long polls were empty and arrived before the wait time had
    /// passed.
    ///
    /// - Parameter wait: The wait time of the long polls.
    func emptyPollsTooFast(_ wait: Duration) {
        log(
            .emptyPollsTooFast, .warning,
            """
            long polls of \(wait.components.seconds) s return empty at once, so they are sent less and less often; \
            check the endpoint of the queue
            """)
    }

    func leaseCallFailed(_ call: LeaseManagerState.Call, _ error: any Error) {
        let action = if case .delete = call { "deleting" } else { "changing the visibility of" }
        log(
            .leaseCallFailed, .warning,
            "\(action) \(call.entries.count.counted("message")) failed and is repeated: \(error)")
    }

    /// Logs that a delete or release was not confirmed before the end of the lease.
    ///
    /// - Parameter code: The error code of the queue, or `expired`.
    func settleFailed(_ settlement: LeaseManagerState.Settlement, code: String) {
        let action = if case .delete = settlement { "delete" } else { "release" }
        log(
            .settleFailed, .warning,
            "the \(action) of a message was not confirmed, the message becomes visible again",
            ["error_code": "\(code)"])
    }

    func breakerOpened(_ error: WorkerError, of dependency: CircuitBreaker.Dependency) {
        let effect =
            switch dependency {
            case .storage: "the circuit breaker is open, messages are received only as trials"
            case .quarantine: "the circuit breaker of the quarantine is open, failed messages are held"
            }
        log(.breakerOpened, .error, "\(effect): \(error)", Self.fields(of: error))
    }

    /// Logs that a circuit breaker closed.
    ///
    /// - Parameter duration: The time for which the breaker was open.
    func breakerClosed(
        _ kind: WorkerError.Kind, of dependency: CircuitBreaker.Dependency, after duration: Duration
    ) {
        let effect =
            switch dependency {
            case .storage: "the circuit breaker is closed, messages are received again"
            case .quarantine:
                "the circuit breaker of the quarantine is closed, failed messages are stored again"
            }
        log(
            .breakerClosed, .notice, effect,
            ["error_kind": "\(kind.rawValue)", "ms_total": .stringConvertible(duration.inMilliseconds)])
    }

    func workerDraining(inFlight: Int) {
        log(
            .workerDraining, .notice,
            "no more messages are received, \(inFlight.counted("message")) in flight \(inFlight.isOrAre) finished"
        )
    }

    func workerStopForced(inFlight: Int) {
        log(
            .workerStopForced, .warning,
            "\(inFlight.counted("message")) in flight \(inFlight.isOrAre) released unfinished")
    }

    /// Logs that the drain is complete.
    ///
    /// - Parameters:
    ///   - deleted: The number of messages deleted since the start.
    ///   - released: The number of messages released since the start.
    func workerDrained(deleted: UInt64, released: UInt64) {
        log(
            .workerDrained, .notice,
            "no message is in flight; \(deleted.counted("message")) deleted, \(released) released"
        )
    }

    private func log(
        _ event: WorkerEvent, _ level: Logger.Level, _ text: String, _ fields: Logger.Metadata = [:]
    ) {
        var fields = fields
        fields["event"] = "\(event.rawValue)"
        logger.log(level: level, "\(text)", metadata: fields)
    }
}

extension WorkerLog {
    private static func event(of outcome: Outcome) -> (WorkerEvent, Logger.Level) {
        switch outcome {
        case .done: (.pictureDone, .info)
        // A bucket may have many objects that the filter excludes.
        case .skipped(.filtered): (.recordSkipped, .debug)
        case .skipped: (.recordSkipped, .info)
        case .ignored: (.pictureIgnored, .notice)
        case .retried: (.pictureRetried, .warning)
        case .quarantined: (.pictureQuarantined, .error)
        case .released: (.pictureReleased, .notice)
        case .lost: (.leaseLost, .warning)
        }
    }

    private static func name(of trace: RecordTrace) -> String {
        trace.source?.description.withoutControlCharacters ?? "message"
    }

    private static func text(_ outcome: Outcome, _ trace: RecordTrace) -> String {
        let name = name(of: trace)
        let damage = trace.damage.map { ", \($0.detail)" }.joined().withoutControlCharacters
        let picture = trace.survey.map { "\($0.width)x\($0.height) \($0.format.rawValue), " } ?? ""
        return switch outcome {
        case .done: "\(name): \(picture)pixelated in \(trace.totalTime.inMilliseconds) ms\(damage)"
        case .skipped(let reason): "\(name): nothing to do (\(reason.rawValue))"
        case .ignored(let error): "\(name): ignored: \(error)"
        case .retried(let error): "\(name): will be retried: \(error)"
        case .quarantined(let error): "\(name): quarantined: \(error)"
        case .released(_, let error): "\(name): released\(error.map { ": \($0)" } ?? "")"
        case .lost: "\(name): the lease is lost, another worker may have received the message"
        }
    }

    private static func fields(of message: InFlightMessage) -> Logger.Metadata {
        var fields: Logger.Metadata = [
            "sqs_message_id": "\(message.content.messageID)",
            "sqs_receive_count": .stringConvertible(message.content.receiveCount),
        ]
        if message.isRedelivered { fields["redelivered"] = "yes" }
        if let age = message.age { fields["ms_queued"] = .stringConvertible(age.inMilliseconds) }
        return fields
    }

    private static func fields(of message: InFlightMessage, _ trace: RecordTrace) -> Logger.Metadata {
        fields(of: message).merging(fields(of: trace)) { $1 }
    }

    private static func fields(of error: WorkerError) -> Logger.Metadata {
        var fields: Logger.Metadata = [
            "error_kind": "\(error.kind.rawValue)", "fault": "\(error.kind.fault.rawValue)",
        ]
        if !error.code.isEmpty { fields["error_code"] = "\(error.code)" }
        if let id = error.requestID { fields["request_id"] = "\(id)" }
        return fields
    }

    private static func fields(of trace: RecordTrace) -> Logger.Metadata {
        var fields: Logger.Metadata = [
            "ms_wait": .stringConvertible(trace.waitTime.inMilliseconds),
            "ms_get": .stringConvertible(trace.getTime.inMilliseconds),
            "ms_decode": .stringConvertible(trace.decodeTime.inMilliseconds),
            "ms_put": .stringConvertible(trace.putTime.inMilliseconds),
            "ms_total": .stringConvertible(trace.totalTime.inMilliseconds),
        ]
        func add(_ key: String, _ text: String?) {
            if let text { fields[key] = .string(text) }
        }
        func add(_ key: String, _ number: Int?) {
            if let number { fields[key] = .stringConvertible(number) }
        }
        add("s3_bucket", trace.source?.bucket)
        add("s3_key", trace.source?.key.withoutControlCharacters)
        add("s3_version_id", trace.versionID)
        add("s3_etag", trace.eTag)
        add("dialect", trace.dialect)
        add("request_id", trace.requestID)
        add("trace_id", trace.traceID)
        add("bytes_in", trace.bytesIn)
        add("bytes_out", trace.bytesOut)
        add("width", trace.survey?.width)
        add("height", trace.survey?.height)
        add("format", trace.survey?.format.rawValue)
        if !trace.damage.isEmpty {
            add("damage", trace.damage.map(\.kind.rawValue).joined(separator: ","))
            add("damage_percent", trace.damage.compactMap(\.percent).first)
        }
        if trace.rounds > 1 { add("rounds", trace.rounds) }
        if trace.probes > 0 { add("probes", trace.probes) }
        return fields
    }
}
