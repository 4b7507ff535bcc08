// SPDX-License-Identifier: Apache-2.0

/// Why a record did not become five pictures, or why the queue did not answer. The kinds are the rows of the
/// outcome table (`Policy`); `AWSError` and `PixelationError` are mapped onto them, each in one place.
package struct WorkerError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        case notUnderstood = "not-understood"
        case notFound = "not-found"
        case accessDenied = "access-denied"
        case sourceBucketMissing = "source-bucket-missing"
        case superseded
        case archived
        case tooLarge = "too-large"
        case unsupported
        case corrupt
        case hostile
        case tooSlow = "too-slow"
        case outputDenied = "output-denied"
        case outputBucketMissing = "output-bucket-missing"
        case throttled
        case timedOut = "timed-out"
        case unavailable
        case credentials
        case encryption
        case queueMissing = "queue-missing"
        case other
    }

    /// Who has to do something about it.
    package enum Fault: String, Sendable, CaseIterable {
        /// The picture, or whoever sent it.
        case picture
        /// AWS or the way to it; it mends itself.
        case aws
        /// Permissions, names, keys: whoever set this up.
        case setup
        case unknown
    }

    package var kind: Kind
    /// What was done to what, as `GetObject s3://bucket/key`.
    package var operation: String
    /// The finer code of whoever reported it: AWS's, or the decoder's.
    package var code: String
    /// One sentence for people.
    package var detail: String
    package var requestID: String?

    package init(
        _ kind: Kind, operation: String, code: String = "", detail: String = "", requestID: String? = nil
    ) {
        self.kind = kind
        self.operation = operation
        self.code = code
        self.detail = detail
        self.requestID = requestID
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
            .tooSlow:
            .picture
        case .throttled, .timedOut, .unavailable: .aws
        case .accessDenied, .sourceBucketMissing, .outputDenied, .outputBucketMissing, .credentials,
            .encryption, .queueMissing:
            .setup
        case .other: .unknown
        }
    }
}
