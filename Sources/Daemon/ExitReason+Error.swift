// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Settings
import Worker

extension ExitReason {
    /// Makes the exit reason for an error that ends the process. It depends on the kind of the error and never on its
    /// text.
    package init(_ error: any Error) {
        self =
            switch error {
            case let error as AWSError: Self(error.kind)
            case let error as CurlError: Self(error.kind)
            case let error as WorkerError: Self(error.kind)
            case is SettingsError, is HealthServerError: .configuration
            default: .temporary
            }
    }

    init(_ kind: AWSError.Kind) {
        self =
            switch kind {
            case .noSuchBucket, .queueMissing, .noSuchKey: .unavailable
            case .accessDenied, .invalidCredentials, .expiredCredentials, .noCredentials, .kms: .identity
            case .configuration, .conditionsUnsupported: .configuration
            case .clockSkew, .throttled, .server, .timedOut, .network, .cancelled, .malformedResponse,
                .checksumMismatch, .preconditionFailed, .archived, .receiptHandleInvalid, .messageNotInFlight,
                .tooLarge, .other:
                .temporary
            }
    }

    init(_ kind: WorkerError.Kind) {
        self =
            switch kind {
            case .queueMissing, .sourceBucketMissing, .outputBucketMissing: .unavailable
            case .credentials, .accessDenied, .outputDenied, .sourceEncryption, .encryption: .identity
            case .conditionsUnsupported: .configuration
            case .notUnderstood, .notFound, .superseded, .archived, .tooLarge, .unsupported, .corrupt,
                .hostile, .bucketNotAllowed, .outputCollision, .tooSlow, .throttled, .timedOut, .unavailable,
                .malformedResponse, .decoderCrashed, .decoderOutOfMemory, .decoderGarbage,
                .decoderUnavailable, .noResult, .other:
                .temporary
            }
    }

    init(_ kind: CurlError.Kind) {
        self =
            switch kind {
            case .invalidOptions, .caBundle: .configuration
            case .unsuitableLibrary: .software
            case .resources, .loopDied: .temporary
            }
    }
}
