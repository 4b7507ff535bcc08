// SPDX-License-Identifier: Apache-2.0

internal import Support

/// The error of a record or of a poll. The kinds of errors are the rows of the policy (`Policy`). `AWSError` and
/// `PixelationError` are mapped to `WorkerError` in `WorkerError+AWS.swift` and `PooledPixelator.swift`.
///
/// The texts can quote servers and messages. They have no control characters and limited lengths, because errors are
/// kept, logged and stored in the quarantine.
package struct WorkerError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// The message is not a notification of S3.
        case notUnderstood = "not-understood"
        /// The source does not exist.
        case notFound = "not-found"
        /// The permission to read the source is missing. S3 returns this error also for a source that does not exist
        /// when the permission to list the bucket is missing.
        case accessDenied = "access-denied"
        /// The source bucket does not exist.
        case sourceBucketMissing = "source-bucket-missing"
        /// The source is in a bucket that `filter.buckets` does not contain.
        case bucketNotAllowed = "bucket-not-allowed"
        /// The source or an output changed during the attempt.
        case superseded
        /// The source is in an archive storage class and must be restored first.
        case archived
        /// The source has more bytes or pixels than the limits allow.
        case tooLarge = "too-large"
        /// The source is not a picture of a supported format.
        case unsupported
        /// The source is damaged or truncated.
        case corrupt
        /// The source would need more computation than any regular picture, as a picture that was made to exhaust the
        /// decoder does.
        case hostile
        /// The pixelation exceeded its time limit.
        case tooSlow = "too-slow"
        /// The process that decoded the source ended or was killed by a signal, with two decoders.
        case decoderCrashed = "decoder-crashed"
        /// The process that decoded the source had no memory left, with two decoders.
        case decoderOutOfMemory = "decoder-out-of-memory"
        /// The process that decoded the source gave no valid answer, with two decoders.
        case decoderGarbage = "decoder-garbage"
        /// No process for decoding can be started.
        case decoderUnavailable = "decoder-unavailable"
        /// The permission to write an output or a quarantine record is missing.
        case outputDenied = "output-denied"
        /// The bucket of the outputs or of the quarantine does not exist.
        case outputBucketMissing = "output-bucket-missing"
        /// The outputs of a source in another bucket have the names of those of this source.
        case outputCollision = "output-collision"
        /// AWS limits the rate of requests.
        case throttled
        /// AWS did not respond within the time limit.
        case timedOut = "timed-out"
        /// AWS or the network failed.
        case unavailable
        /// A response is not that of the service, or does not fit the object: something on the way changed or made it.
        case malformedResponse = "malformed-response"
        /// The store of the outputs refuses conditional uploads (`OutputOptions.conditionalWrites`).
        case conditionsUnsupported = "conditions-unsupported"
        /// The credentials are missing, expired or invalid, or the clock is wrong.
        case credentials
        /// The KMS key of the source cannot be used.
        case sourceEncryption = "source-encryption"
        /// The KMS key of the outputs, of the quarantine or of the queue cannot be used.
        case encryption
        /// The queue or the dead-letter queue does not exist.
        case queueMissing = "queue-missing"
        /// The message was received until its last receive, and no process has told a result. The kind of a quarantine
        /// record that is stored before the last attempt (`Job.storeEarly`).
        case noResult = "no-result"
        /// Any other error.
        case other
    }

    /// The part of the system that causes an error, as a hint for the operator. It is the value of the log field
    /// `fault`.
    package enum Fault: String, Sendable, CaseIterable {
        /// The failure is caused by the source or its message.
        case picture
        /// The failure is caused by AWS or the network. Such failures end without a change by the operator.
        case aws
        /// The failure is caused by permissions, names, encryption keys or the machine.
        case setup
        /// The cause of the failure is not known.
        case unknown
    }

    package let kind: Kind
    /// The failed operation and its resource, such as `GetObject s3://bucket/key`, at most 2560 bytes. The longest
    /// bucket, key and version id of S3 have 2303 bytes together.
    package let operation: String
    /// The error code of AWS or of the decoder, which is more specific than `kind`; at most 128 bytes.
    package let code: String
    /// The details of the error in one sentence, at most 2048 bytes.
    package let detail: String
    /// The request id of AWS, which AWS Support needs, at most 128 bytes; nil when there is none.
    package let requestID: String?

    package init(
        _ kind: Kind, operation: String, code: String = "", detail: String = "", requestID: String? = nil
    ) {
        self.kind = kind
        self.operation = operation.truncated(toBytes: 2560).withoutControlCharacters
        self.code = code.truncated(toBytes: 128).withoutControlCharacters
        self.detail = detail.truncated(toBytes: 2048).withoutControlCharacters
        self.requestID = requestID.map { $0.truncated(toBytes: 128).withoutControlCharacters }
    }

    /// The number of bytes of all texts.
    var textBytes: Int {
        operation.utf8.count + code.utf8.count + detail.utf8.count + (requestID?.utf8.count ?? 0)
    }

    package var description: String {
        var text = "\(operation): \(kind.rawValue)"
        if !code.isEmpty && code != kind.rawValue { text += " (\(code))" }
        if !detail.isEmpty { text += ": \(detail)" }
        if let requestID { text += " [request \(requestID)]" }
        return text
    }
}

extension WorkerError.Kind {
    package var fault: WorkerError.Fault {
        switch self {
        case .notUnderstood, .notFound, .superseded, .archived, .tooLarge, .unsupported, .corrupt, .hostile,
            .tooSlow, .decoderCrashed, .decoderOutOfMemory, .decoderGarbage, .noResult:
            .picture
        case .throttled, .timedOut, .unavailable, .malformedResponse: .aws
        case .accessDenied, .sourceBucketMissing, .bucketNotAllowed, .outputDenied, .outputBucketMissing,
            .outputCollision, .conditionsUnsupported, .credentials, .sourceEncryption, .encryption,
            .queueMissing, .decoderUnavailable:
            .setup
        case .other: .unknown
        }
    }
}
