// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Pixelation

/// The facts about the processing of one record that the log shows in the record's line, and that a quarantine record
/// keeps.
///
/// `WorkerLog` names the field of each fact. The times are sums over all rounds and attempts.
struct RecordTrace: Sendable {
    var source: ObjectReference?
    /// The format of the notification, as `aws-s3` or `eventbridge`.
    var dialect: String?
    /// The ETag of the source that was downloaded, or of the event before the download.
    var eTag: String?
    var versionID: String?
    /// The request id of the GET, for AWS Support.
    var requestID: String?
    /// The size of the source that was downloaded last.
    var bytesIn: Int?
    /// The size of all outputs together that the latest round made. Those that were up to date are included, although
    /// they were not uploaded.
    var bytesOut: Int?
    var survey: Survey?
    /// The time spent waiting for memory and for a processor.
    var waitTime = Duration.zero
    var getTime = Duration.zero
    /// The time spent on a processor: decoding, averaging and encoding.
    var decodeTime = Duration.zero
    /// The time from the first PUT of a round to the check of the source that follows the last.
    var putTime = Duration.zero
    /// The time from the start of the record to its outcome, storing in quarantine excluded.
    var totalTime = Duration.zero
    /// The number of rounds: above 1 when source or outputs changed during the processing.
    var rounds = 0
    /// The number of repetitions after the circuit breaker was open.
    var probes = 0
}
