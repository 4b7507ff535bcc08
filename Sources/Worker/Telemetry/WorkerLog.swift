// SPDX-License-Identifier: Apache-2.0

internal import Logging
internal import Pixelation
internal import Support

/// Everything that the worker says. Nobody else in this module logs.
struct WorkerLog: Sendable {
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    func recordEnded(_ outcome: Outcome, _ trace: RecordTrace, of delivery: Delivery, index: Int) {
        var fields = Self.fields(of: delivery)
        fields["outcome"] = "\(outcome.kind.rawValue)"
        if index > 0 { fields["record"] = "\(index)" }
        Self.add(trace, to: &fields)
        if let error = outcome.error { fields.merge(Self.fields(of: error)) { $1 } }
        let (event, level) = Self.event(of: outcome)
        say(event, level, Self.sentence(outcome, trace), fields)
    }

    /// `reason` is what was to be stored; why it could not be is told where the record's end is told.
    func quarantineFailed(_ reason: WorkerError, of delivery: Delivery) {
        say(
            .quarantineFailed, .error,
            "the reason could not be stored, the message stays in the queue: \(reason)",
            Self.fields(of: delivery))
    }

    func pollFailed(_ error: WorkerError, failures: Int) {
        // The first of a row is worth an error; the others would say the same.
        say(
            .pollFailed, failures == 1 ? .error : .debug,
            "the queue did not answer, polling goes on: \(error)", Self.fields(of: error))
    }

    func pollRecovered(after failures: Int) {
        say(.pollRecovered, .notice, "the queue answers again after \(failures) failed polls")
    }

    func emptyPollsTooFast(_ wait: Duration) {
        say(
            .emptyPollsTooFast, .warning,
            "long polls of \(wait.components.seconds) s come back at once and empty; they are sent ever less often"
        )
    }

    func leaseCallFailed(_ call: LeaseManagerState.Call, _ error: any Error) {
        let what = if case .delete = call { "deleting" } else { "changing the visibility of" }
        say(
            .leaseCallFailed, .warning,
            "\(what) \(call.entries.count) messages failed, it is repeated: \(error)")
    }

    func settleFailed(_ settlement: LeaseManagerState.Settlement, code: String) {
        let what = if case .delete = settlement { "delete" } else { "release" }
        say(
            .settleFailed, .warning, "the \(what) was not confirmed, the message comes again",
            ["error_code": "\(code)"])
    }

    func breakerOpened(_ error: WorkerError, of dependency: CircuitBreaker.Dependency) {
        let what =
            switch dependency {
            case .storage: "receiving stops until this works again"
            case .quarantine: "what cannot succeed is held until its reason can be stored"
            }
        say(.breakerOpened, .error, "\(what): \(error)", Self.fields(of: error))
    }

    func breakerClosed(_ kind: WorkerError.Kind, of dependency: CircuitBreaker.Dependency, after: Duration) {
        let what =
            switch dependency {
            case .storage: "receiving goes on"
            case .quarantine: "reasons are stored again"
            }
        say(
            .breakerClosed, .notice, what,
            ["error_kind": "\(kind.rawValue)", "ms_total": "\(after.inMilliseconds)"])
    }

    func workerDraining(inFlight: Int) {
        say(.workerDraining, .notice, "no more messages are received, \(inFlight) in flight are finished")
    }

    func workerStopForced(inFlight: Int) {
        say(.workerStopForced, .warning, "\(inFlight) messages in flight are given back unfinished")
    }

    func workerDrained(deleted: UInt64, released: UInt64) {
        say(
            .workerDrained, .notice,
            "nothing is in flight; \(deleted) messages deleted, \(released) given back")
    }

    private func say(
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
        // Somebody else's objects may be many.
        case .skipped(.filtered): (.recordSkipped, .debug)
        case .skipped: (.recordSkipped, .info)
        case .ignored: (.pictureIgnored, .notice)
        case .retried: (.pictureRetried, .warning)
        case .quarantined: (.pictureQuarantined, .error)
        case .released: (.pictureReleased, .notice)
        case .lost: (.leaseLost, .warning)
        }
    }

    private static func picture(_ trace: RecordTrace) -> String {
        trace.survey.map { "\($0.width)x\($0.height) \($0.format.rawValue), " } ?? ""
    }

    private static func sentence(_ outcome: Outcome, _ trace: RecordTrace) -> String {
        let name = trace.name.map { Self.printable($0.description) } ?? "message"
        return switch outcome {
        case .done:
            "\(name): \(picture(trace))pixelated in \(trace.totalTime.inMilliseconds) ms"
        case .skipped(let why): "\(name): nothing to do (\(why.rawValue))"
        case .ignored(let error): "\(name): ignored: \(error)"
        case .retried(let error): "\(name): will be retried: \(error)"
        case .quarantined(let error): "\(name): quarantined: \(error)"
        case .released(_, let error): "\(name): released\(error.map { ": \($0)" } ?? "")"
        case .lost: "\(name): the lease is lost, others may have the message"
        }
    }

    /// Keys are made by others: no control character of theirs reaches a line of the log.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }

    private static func fields(of delivery: Delivery) -> Logger.Metadata {
        var fields: Logger.Metadata = [
            "sqs_message_id": "\(delivery.messageID)", "sqs_receive_count": "\(delivery.receiveCount)",
        ]
        // What was in somebody's hands before: another replica's, or ours before a restart.
        if delivery.receiveCount > 1 { fields["redelivered"] = "yes" }
        if let age = delivery.age { fields["ms_queued"] = "\(age.inMilliseconds)" }
        return fields
    }

    private static func fields(of error: WorkerError) -> Logger.Metadata {
        var fields: Logger.Metadata = [
            "error_kind": "\(error.kind.rawValue)", "fault": "\(error.kind.fault.rawValue)",
        ]
        if !error.code.isEmpty { fields["error_code"] = "\(error.code)" }
        if let id = error.requestID { fields["request_id"] = "\(id)" }
        return fields
    }

    private static func add(_ trace: RecordTrace, to fields: inout Logger.Metadata) {
        func put(_ key: String, _ value: (some CustomStringConvertible)?) {
            if let value { fields[key] = "\(value)" }
        }
        put("s3_bucket", trace.name?.bucket)
        put("s3_key", trace.name.map { Self.printable($0.key) })
        put("s3_version_id", trace.versionID)
        put("s3_etag", trace.eTag)
        put("dialect", trace.dialect)
        put("request_id", trace.requestID)
        put("bytes_in", trace.bytesIn)
        put("bytes_out", trace.bytesOut)
        put("width", trace.survey?.width)
        put("height", trace.survey?.height)
        put("format", trace.survey?.format.rawValue)
        if trace.rounds > 1 { put("rounds", trace.rounds) }
        if trace.probes > 0 { put("probes", trace.probes) }
        put("ms_wait", trace.waitTime.inMilliseconds)
        put("ms_get", trace.getTime.inMilliseconds)
        put("ms_decode", trace.decodeTime.inMilliseconds)
        put("ms_put", trace.putTime.inMilliseconds)
        put("ms_total", trace.totalTime.inMilliseconds)
    }
}
