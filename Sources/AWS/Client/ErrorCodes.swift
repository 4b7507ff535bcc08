// SPDX-License-Identifier: Apache-2.0

/// The meaning of AWS's error codes: what went wrong, and whether asking again may help.
enum ErrorCodes {
    /// What a fault means to the caller.
    static func kind(of fault: ServiceError) -> AWSError.Kind {
        if let kind = kind(ofCode: fault.code) ?? fault.legacyCode.flatMap({ kind(ofCode: $0) }) {
            return kind
        }
        switch fault.status {
        case 403: return .accessDenied
        case 412: return .preconditionFailed
        case 429: return .throttled
        case 500...599: return .server
        default: return .other
        }
    }

    /// What a code means by itself; nil when it is not known.
    static func kind(ofCode code: String) -> AWSError.Kind? {
        if let kind = byCode[code] { return kind }
        if throttling.contains(code) { return .throttled }
        return code.hasPrefix("Kms") || code.hasPrefix("KMS.") ? .kms : nil
    }

    /// Codes for which one must come back later and more slowly (botocore's `retries/throttling`).
    static let throttling: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException",
        "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
        "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
        "EC2ThrottledException", "KmsThrottled", "AWS.SimpleQueueService.RequestThrottled",
    ]

    /// Codes and statuses that say nothing about the request: it may succeed when sent again.
    static func isTransient(_ fault: ServiceError) -> Bool {
        [500, 502, 503, 504].contains(fault.status) || transientCodes.contains(fault.code)
    }

    private static let transientCodes: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalFailure", "ServiceUnavailable",
        "IDPCommunicationError", "OperationAborted",
    ]

    /// The signature's time was refused.
    static let definiteSkew: Set<String> = ["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"]

    /// The signature was refused, perhaps for its time.
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
        "BadDigest": .checksumMismatch, "XAmzContentSHA256Mismatch": .checksumMismatch,
        "XAmzContentChecksumMismatch": .checksumMismatch,
        "EntityTooLarge": .tooLarge, "OverLimit": .throttled,
        "KmsThrottled": .throttled,
    ]
}
