// SPDX-License-Identifier: Apache-2.0

internal import AWS

extension WorkerError {
    /// What the call was about: the same answer means different things there.
    enum Side: Sendable { case source, output, queue }

    /// What a worker throws for it: a call that was cancelled says nothing about the service.
    static func thrown(for error: AWSError, side: Side) -> any Error {
        error.kind == .cancelled ? CancellationError() : WorkerError(error, side: side)
    }

    private init(_ error: AWSError, side: Side) {
        self.init(error, kind: Kind(error.kind, side: side))
    }

    init(_ error: AWSError, kind: Kind) {
        self.init(
            kind,
            operation: error.resource.isEmpty ? error.operation : "\(error.operation) \(error.resource)",
            code: error.code ?? error.kind.rawValue, detail: error.message, requestID: error.requestID)
    }
}

extension WorkerError.Kind {
    init(_ kind: AWSError.Kind, side: WorkerError.Side) {
        self =
            switch kind {
            case .noSuchKey: side == .source ? .notFound : .other
            case .noSuchBucket: side == .output ? .outputBucketMissing : .sourceBucketMissing
            case .accessDenied: side == .output ? .outputDenied : .accessDenied
            case .preconditionFailed: .superseded
            case .archived: .archived
            case .queueMissing: .queueMissing
            case .invalidCredentials, .expiredCredentials, .noCredentials, .clockSkew: .credentials
            case .throttled: .throttled
            case .server, .network, .checksumMismatch, .malformedResponse: .unavailable
            case .timedOut: .timedOut
            case .tooLarge: .tooLarge
            case .kms: .encryption
            case .receiptHandleInvalid, .messageNotInFlight, .cancelled, .configuration, .other: .other
            }
    }
}
