// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The tables of AWS error codes: the kind of error for each code, and the codes of requests that are retried.
enum ErrorCodes {
    /// Returns the kind of an error from its code if that is known, otherwise from its query-protocol code, otherwise
    /// from its HTTP status.
    static func kind(of error: ServiceError) -> AWSError.Kind {
        if let kind = kind(ofCode: error.code) ?? error.legacyCode.flatMap({ kind(ofCode: $0) }) {
            return kind
        }
        return switch statusClass(of: error) {
        case .timedOut: .timedOut
        case .throttled: .throttled
        case .failing: .server
        case .success, .foreign: .malformedResponse
        case .refused: kind(ofRefusal: error.status)
        }
    }

    /// Returns the kind of error for a status code of the class `refused`.
    private static func kind(ofRefusal status: Int) -> AWSError.Kind {
        switch status {
        case 401: .invalidCredentials
        // Payment Required, Forbidden, and Unavailable For Legal Reasons.
        case 402, 403, 451: .accessDenied
        case 409, 412: .preconditionFailed
        case 501: .server
        default: .other
        }
    }

    /// Returns the kind of error for an error code; nil for an unknown code.
    static func kind(ofCode code: String) -> AWSError.Kind? {
        if let kind = byCode[code] { return kind }
        if throttling.contains(code) { return .throttled }
        return code.hasPrefix("Kms") || code.hasPrefix("KMS.") ? .kms : nil
    }

    /// Error codes of throttling, after which a request is retried with the longer backoff: those of botocore's
    /// `ThrottledRetryableChecker` (retries/standard.py), and two more of KMS and SQS. `OverLimit` of SQS is of the
    /// kind `.throttled` as well, but is not retried, as in botocore: a queue with the maximum number of messages in
    /// flight returns it until messages are deleted.
    static let throttling: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException",
        "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
        "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
        "EC2ThrottledException", "KmsThrottled", "AWS.SimpleQueueService.RequestThrottled",
    ]

    /// Returns true when the error is a transient failure, so that the same request can succeed later: its status is
    /// transient, or its code is one of `transientCodes`.
    ///
    /// A redirect of S3 with a region, or with the status 301, is not transient, because `S3Client` finds the region
    /// and sends the request there.
    static func isTransient(_ error: ServiceError) -> Bool {
        if transientCodes.contains(error.code) { return true }
        let status = statusClass(of: error)
        guard status == .foreign else { return status.isTransient }
        let isRedirect = error.status == 301 && error.isFromService
        return error.region == nil && !isRedirect && kind(ofCode: error.code) == nil
    }

    /// Returns the class of the error's status. An error of the service with a status that no service is known to send
    /// is a refusal, except 407 (Proxy Authentication Required).
    private static func statusClass(of error: ServiceError) -> StatusClass {
        let status = StatusClass(error.status)
        let isRefusal = status == .foreign && error.isFromService && (400...499).contains(error.status)
        return isRefusal && error.status != 407 ? .refused : status
    }

    /// The codes `RequestTimeout...` are those of botocore's `TransientRetryableChecker` (retries/standard.py). The
    /// other codes are documented as temporary by S3 (`InternalError`, `ServiceUnavailable`, `OperationAborted`), SQS
    /// (`InternalFailure`) and STS (`IDPCommunicationError`). `IncompleteBody` says that a body was cut on its way.
    private static let transientCodes: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure", "ServiceUnavailable",
        "IDPCommunicationError", "OperationAborted", "IncompleteBody",
    ]

    /// Error codes of a refused signature whose cause is a wrong clock.
    static let definiteSkew: Set<String> = ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"]

    /// Error codes of a refused signature for which a wrong clock can be the cause.
    static let possibleSkew: Set<String> = [
        "InvalidSignatureException", "AuthFailure", "SignatureDoesNotMatch",
    ]

    private static let byCode: [String: AWSError.Kind] = [
        "NoSuchKey": .noSuchKey, "NoSuchVersion": .noSuchKey,
        "NoSuchBucket": .noSuchBucket,
        "AccessDenied": .accessDenied, "AccessDeniedException": .accessDenied,
        "AllAccessDisabled": .accessDenied,
        "AccountProblem": .accessDenied, "UnauthorizedAccess": .accessDenied,
        "PreconditionFailed": .preconditionFailed, "ConditionalRequestConflict": .preconditionFailed,
        "InvalidObjectState": .archived,
        "QueueDoesNotExist": .queueMissing, "AWS.SimpleQueueService.NonExistentQueue": .queueMissing,
        "ReceiptHandleIsInvalid": .receiptHandleInvalid,
        "MessageNotInflight": .messageNotInFlight,
        "AWS.SimpleQueueService.MessageNotInflight": .messageNotInFlight,
        "InvalidAccessKeyId": .invalidCredentials, "SignatureDoesNotMatch": .invalidCredentials,
        "InvalidSignatureException": .invalidCredentials, "InvalidClientTokenId": .invalidCredentials,
        "UnrecognizedClientException": .invalidCredentials, "InvalidSecurity": .invalidCredentials,
        "AuthFailure": .invalidCredentials, "InvalidToken": .invalidCredentials,
        "IncompleteSignature": .invalidCredentials, "MissingAuthenticationToken": .invalidCredentials,
        "ExpiredToken": .expiredCredentials, "ExpiredTokenException": .expiredCredentials,
        "TokenRefreshRequired": .expiredCredentials,
        "RequestTimeTooSkewed": .clockSkew, "RequestExpired": .clockSkew, "RequestInTheFuture": .clockSkew,
        "RequestTimeout": .timedOut, "RequestTimeoutException": .timedOut,
        "IncompleteBody": .server,
        "BadDigest": .checksumMismatch, "InvalidDigest": .checksumMismatch,
        "XAmzContentSHA256Mismatch": .checksumMismatch,
        "XAmzContentChecksumMismatch": .checksumMismatch,
        "EntityTooLarge": .tooLarge, "OverLimit": .throttled,
        "KmsThrottled": .throttled, "KMS.ThrottlingException": .throttled,
        "KMS.LimitExceededException": .throttled, "KMS.DependencyTimeoutException": .server,
        "KMS.KMSInternalException": .server, "KMS.KeyUnavailableException": .server,
    ]
}
