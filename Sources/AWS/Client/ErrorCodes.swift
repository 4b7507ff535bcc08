// SPDX-License-Identifier: Apache-2.0

/// The tables of AWS error codes: the kind of error for each code, and the codes of requests that are retried.
enum ErrorCodes {
    /// Returns the kind of an error from its code if that is known, otherwise from its query-protocol code, otherwise
    /// from its HTTP status.
    static func kind(of error: ServiceError) -> AWSError.Kind {
        if let kind = kind(ofCode: error.code) ?? error.legacyCode.flatMap({ kind(ofCode: $0) }) {
            return kind
        }
        switch error.status {
        case 403: return .accessDenied
        case 412: return .preconditionFailed
        case 429: return .throttled
        case 500...599: return .server
        default: return .other
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

    /// Returns true when the error is a transient failure of the service, so that the same request can succeed later.
    ///
    /// The statuses and the codes `RequestTimeout...` are those of botocore's `TransientRetryableChecker`
    /// (retries/standard.py). The other codes are documented as temporary by S3 (`InternalError`, `ServiceUnavailable`,
    /// `OperationAborted`), SQS (`InternalFailure`) and STS (`IDPCommunicationError`).
    static func isTransient(_ error: ServiceError) -> Bool {
        [500, 502, 503, 504].contains(error.status) || transientCodes.contains(error.code)
    }

    private static let transientCodes: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure", "ServiceUnavailable",
        "IDPCommunicationError", "OperationAborted",
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
        "BadDigest": .checksumMismatch, "InvalidDigest": .checksumMismatch,
        "XAmzContentSHA256Mismatch": .checksumMismatch,
        "XAmzContentChecksumMismatch": .checksumMismatch,
        "EntityTooLarge": .tooLarge, "OverLimit": .throttled,
        "KmsThrottled": .throttled, "KMS.ThrottlingException": .throttled,
        "KMS.LimitExceededException": .throttled, "KMS.DependencyTimeoutException": .server,
        "KMS.KMSInternalException": .server, "KMS.KeyUnavailableException": .server,
    ]
}
