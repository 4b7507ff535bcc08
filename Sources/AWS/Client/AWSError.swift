// SPDX-License-Identifier: Apache-2.0

/// Why a call to AWS failed, after all the attempts it was worth.
package struct AWSError: Error, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        case noSuchKey = "no-such-key"
        case noSuchBucket = "no-such-bucket"
        case accessDenied = "access-denied"
        /// The object is another one than asked for, or exists already.
        case preconditionFailed = "precondition-failed"
        /// In an archive tier; it must be restored before it can be read.
        case archived
        case queueMissing = "queue-missing"
        case receiptHandleInvalid = "receipt-handle-invalid"
        case messageNotInFlight = "message-not-in-flight"
        /// The key is unknown or the secret wrong.
        case invalidCredentials = "invalid-credentials"
        case expiredCredentials = "expired-credentials"
        /// No source gave any credentials.
        case noCredentials = "no-credentials"
        case clockSkew = "clock-skew"
        case throttled
        /// The service failed (5xx).
        case server
        case timedOut = "timed-out"
        case network
        /// The object is larger than the caller accepts.
        case tooLarge = "too-large"
        case checksumMismatch = "checksum-mismatch"
        case malformedResponse = "malformed-response"
        case kms
        case cancelled
        /// Region, endpoint or profile cannot be used as configured.
        case configuration
        case other
    }

    package var kind: Kind
    /// AWS's name of the call, for example `GetObject`.
    package var operation: String
    /// What it was about: `s3://bucket/key`, a queue's URL, or empty.
    package var resource: String
    /// AWS's own error code.
    package var code: String?
    /// The HTTP status, when there was an answer.
    package var status: Int?
    package var message: String
    package var requestID: String?
    /// How often the request was sent.
    package var attempts: Int
    package var elapsed: Duration
    /// The region in which the bucket really is, when the answer says so.
    var region: String?

    package init(
        _ kind: Kind, operation: String, resource: String = "", code: String? = nil, status: Int? = nil,
        message: String, requestID: String? = nil, attempts: Int = 0, elapsed: Duration = .zero
    ) {
        self.kind = kind
        self.operation = operation
        self.resource = resource
        self.code = code
        self.status = status
        self.message = message
        self.requestID = requestID
        self.attempts = attempts
        self.elapsed = elapsed
    }

    package var description: String {
        var text = operation
        if !resource.isEmpty { text += " \(resource)" }
        text += ": \(kind.rawValue)"
        let answer = [code, status.map { "HTTP \($0)" }].compactMap(\.self)
        if !answer.isEmpty { text += " (\(answer.joined(separator: ", ")))" }
        if !message.isEmpty { text += ": \(message)" }
        if let advice = kind.advice { text += "; \(advice)" }
        if let requestID {
            text += "; request id \(requestID)"
        } else if status != nil {
            text += "; the answer has no request id"
        }
        if attempts > 0 {
            text += "; \(attempts) attempt\(attempts == 1 ? "" : "s"), \(elapsed.inMilliseconds) ms"
        }
        return text
    }
}

extension AWSError.Kind {
    /// What the operator can do about it.
    var advice: String? {
        switch self {
        case .accessDenied: "check the policies of this identity, the bucket, queue or key"
        case .invalidCredentials: "check the access key id and its secret"
        case .expiredCredentials: "check the source of the temporary credentials"
        case .noCredentials: "configure one source of credentials"
        case .clockSkew: "check this machine's clock"
        case .archived: "restore the object from its archive"
        case .noSuchBucket, .queueMissing: "check its name, account and region"
        default: nil
        }
    }
}
