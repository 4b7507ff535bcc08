// SPDX-License-Identifier: Apache-2.0

internal import AWS

extension WorkerError {
    /// The resource of a failed call. The meaning of an error code depends on the resource.
    enum Side: Sendable {
        case source
        /// The properties or the tags of a source or an output.
        case metadata
        case output
        case queue
    }

    /// Returns the error of the worker for an error of an AWS client: a `WorkerError`, or a `CancellationError` for a
    /// cancelled call, which is no failure of the service.
    static func thrown(for error: AWSError, side: Side) -> any Error {
        error.kind == .cancelled
            ? CancellationError() : WorkerError(error, kind: Kind(error.kind, side: side))
    }

    /// Makes the error for an error of a `MessageQueue`. The result is nil for a cancelled call, which is no failure of
    /// the service.
    init?(ofQueue error: any Error) {
        switch error {
        case let error as WorkerError: self = error
        case let error as AWSError where error.kind != .cancelled:
            self.init(error, kind: Kind(error.kind, side: .queue))
        default: return nil
        }
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
            case .noSuchKey: side == .source || side == .metadata ? .notFound : .other
            case .noSuchBucket: side == .output ? .outputBucketMissing : .sourceBucketMissing
            case .accessDenied: side == .output ? .outputDenied : .accessDenied
            case .preconditionFailed: .superseded
            case .archived: .archived
            case .queueMissing: .queueMissing
            case .invalidCredentials, .expiredCredentials, .noCredentials, .clockSkew: .credentials
            case .throttled: .throttled
            case .server, .network: .unavailable
            case .checksumMismatch, .malformedResponse: .malformedResponse
            case .conditionsUnsupported: .conditionsUnsupported
            case .timedOut: .timedOut
            // Only the size of a source can be too large. Other responses that are larger than their limits are not
            // those of the service.
            case .tooLarge: side == .source ? .tooLarge : .malformedResponse
            case .kms: side == .source ? .sourceEncryption : .encryption
            case .receiptHandleInvalid, .messageNotInFlight, .cancelled, .configuration, .other: .other
            }
    }
}
