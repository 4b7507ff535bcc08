// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Settings
import Worker

/// Which class of failure an error belongs to, for the exit status. Decided by kinds, never by texts.
package enum Verdict {
    package static func reason(for error: any Error) -> ExitReason { failure(of: error).exit }

    static func failure(of error: any Error) -> WorkloadReport.Failure {
        switch error {
        case let error as AWSError: .init(exit(for: error.kind), error.description)
        case let error as SettingsError: .init(.configuration, error.description)
        case let error as HealthServerError: .init(.configuration, error.description)
        case let error as CurlError: .init(exit(for: error.kind), error.description)
        case let error as WorkerError: .init(exit(for: error.kind), error.description)
        default: .init(.temporary, "\(error)")
        }
    }

    static func exit(for kind: AWSError.Kind) -> ExitReason {
        switch kind {
        case .noSuchBucket, .queueMissing, .noSuchKey: .unavailable
        case .accessDenied, .invalidCredentials, .expiredCredentials, .noCredentials, .kms: .identity
        case .configuration: .configuration
        case .clockSkew, .throttled, .server, .timedOut, .network, .cancelled, .malformedResponse,
            .checksumMismatch,
            .preconditionFailed, .archived, .receiptHandleInvalid, .messageNotInFlight, .tooLarge, .other:
            .temporary
        }
    }

    static func exit(for kind: WorkerError.Kind) -> ExitReason {
        switch kind {
        case .queueMissing, .sourceBucketMissing, .outputBucketMissing: .unavailable
        case .credentials, .accessDenied, .outputDenied, .encryption: .identity
        case .notUnderstood, .notFound, .superseded, .archived, .tooLarge, .unsupported, .corrupt, .hostile,
            .tooSlow, .throttled, .timedOut, .unavailable, .other:
            .temporary
        }
    }

    static func exit(for kind: CurlError.Kind) -> ExitReason {
        switch kind {
        case .invalidOptions, .caBundle: .configuration
        case .unsuitableLibrary: .software
        case .resources, .loopDied: .temporary
        }
    }
}
