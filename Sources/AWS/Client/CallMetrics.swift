// SPDX-License-Identifier: Apache-2.0

package import Metrics

/// The metrics of the calls to AWS, by operation.
package final class CallMetrics: Sendable {
    /// The operations that are counted: those of the service. Others have no metrics.
    package enum Operation: String, Sendable, CaseIterable {
        case getObject = "GetObject"
        case getObjectTagging = "GetObjectTagging"
        case headObject = "HeadObject"
        case putObject = "PutObject"
        case changeVisibility = "ChangeMessageVisibilityBatch"
        case deleteMessages = "DeleteMessageBatch"
        case queueAttributes = "GetQueueAttributes"
        case receiveMessage = "ReceiveMessage"
        case sendMessage = "SendMessage"
        case assumeRole = "AssumeRole"
        case assumeRoleWithWebIdentity = "AssumeRoleWithWebIdentity"

        /// The name of the service, as in the ARNs of its actions.
        package var service: String {
            switch self {
            case .getObject, .getObjectTagging, .headObject, .putObject: "s3"
            case .changeVisibility, .deleteMessages, .queueAttributes, .receiveMessage, .sendMessage: "sqs"
            case .assumeRole, .assumeRoleWithWebIdentity: "sts"
            }
        }
    }

    /// The end of a call, after all of its attempts.
    package enum Outcome: String, Sendable, CaseIterable {
        case success
        /// The object, the bucket or the queue does not exist.
        case notFound = "not-found"
        /// A conditional upload found another object, or none.
        case preconditionFailed = "precondition-failed"
        /// The permissions, the credentials, the KMS key or the clock do not permit the call.
        case denied
        case throttled
        case timedOut = "timed-out"
        /// The service or the network failed, or the response is not that of the service.
        case unavailable
        case cancelled
        case other

        init(_ kind: AWSError.Kind) {
            self =
                switch kind {
                case .noSuchKey, .noSuchBucket, .queueMissing: .notFound
                case .preconditionFailed: .preconditionFailed
                case .accessDenied, .invalidCredentials, .expiredCredentials, .noCredentials, .clockSkew,
                    .kms:
                    .denied
                case .throttled: .throttled
                case .timedOut: .timedOut
                case .server, .network, .checksumMismatch, .malformedResponse: .unavailable
                case .cancelled: .cancelled
                case .conditionsUnsupported, .archived, .receiptHandleInvalid, .messageNotInFlight, .tooLarge,
                    .configuration, .other:
                    .other
                }
        }
    }

    /// The metrics of one operation.
    package final class Counts: Sendable {
        package let calls = Counters<Outcome>(by: "outcome")
        /// The number of attempts after the first one of a call.
        package let retries = Counter()
        /// The number of attempts that the service has throttled.
        package let throttles = Counter()
        /// The time of calls in microseconds, with all attempts, the pauses between them and the wait of long polls.
        package let time = Histogram(bounds: [
            5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000, 25_000_000,
        ])

        func ended(_ outcome: Outcome, after duration: Duration) {
            calls.increment(outcome)
            time.record(duration)
        }
    }

    /// The metrics by the names of the operations.
    private let counts = Dictionary(uniqueKeysWithValues: Operation.allCases.map { ($0.rawValue, Counts()) })

    package init() {}

    /// The metrics of an operation; nil for an operation that is not counted.
    func counts(ofOperation name: String) -> Counts? { counts[name] }

    /// Adds the metrics of all operations to an exposition.
    package func write(to text: inout Exposition) {
        let parts = Operation.allCases.compactMap { operation in
            counts[operation.rawValue].map { (labels: Self.labels(operation), counts: $0) }
        }
        text.counters(
            "aws_calls", "Calls to AWS by their outcome after all attempts.",
            parts.flatMap { labels, counts in
                Outcome.allCases.map { (labels + [("outcome", $0.rawValue)], counts.calls[$0]) }
            })
        text.counters(
            "aws_retries", "Attempts at calls to AWS after the first one.",
            parts.map { ($0, $1.retries.value) })
        text.counters(
            "aws_throttles", "Attempts at calls that AWS has throttled.",
            parts.map { ($0, $1.throttles.value) })
        text.histograms(
            "aws_call_seconds",
            "Duration of calls to AWS, with retries and pauses; for ReceiveMessage with the wait of the long poll.",
            parts.map { ($0, $1.time) }, scale: 1_000_000)
    }

    private static func labels(_ operation: Operation) -> [(String, String)] {
        [("service", operation.service), ("operation", operation.rawValue)]
    }
}
