// SPDX-License-Identifier: Apache-2.0

import Support

/// The failure of a call to AWS, after all its attempts.
package struct AWSError: Error, Sendable, CustomStringConvertible {
    /// The classes of failure that callers distinguish. The raw values appear in logs and metrics and are stable.
    package enum Kind: String, Sendable, CaseIterable {
        case noSuchKey = "no-such-key"
        case noSuchBucket = "no-such-bucket"
        case accessDenied = "access-denied"
        /// The condition `If-Match` or `If-None-Match` does not hold (412), or lost against a concurrent write (409).
        case preconditionFailed = "precondition-failed"
        /// The object is in an archive tier and must be restored before it can be read (`InvalidObjectState`).
        case archived
        case queueMissing = "queue-missing"
        case receiptHandleInvalid = "receipt-handle-invalid"
        case messageNotInFlight = "message-not-in-flight"
        /// The access key is unknown or its secret is wrong.
        case invalidCredentials = "invalid-credentials"
        case expiredCredentials = "expired-credentials"
        /// The credential source has no credentials.
        case noCredentials = "no-credentials"
        /// The time of the signature was refused, also after its correction.
        case clockSkew = "clock-skew"
        case throttled
        /// The service failed (5xx).
        case server
        case timedOut = "timed-out"
        /// The transport failed: connection, name resolution or TLS.
        case network
        /// The object or the response is larger than the limit.
        case tooLarge = "too-large"
        case checksumMismatch = "checksum-mismatch"
        case malformedResponse = "malformed-response"
        /// KMS refused to encrypt or decrypt.
        case kms
        case cancelled
        /// The region, the endpoint, the profile or another option is unusable.
        case configuration
        case other
    }

    package var kind: Kind
    /// The operation by its name in the API reference, for example `GetObject`.
    package var operation: String
    /// The object or queue: `s3://bucket/key`, a queue's URL, or empty.
    package var resource: String
    /// The service's error code.
    package var code: String?
    /// The HTTP status; nil without a response.
    package var status: Int?
    package var message: String
    package var requestID: String?
    /// The number of requests that were sent.
    package var attempts: Int
    /// The time from the first attempt to the failure, pauses included.
    package var elapsed: Duration
    /// The bucket's region, when the response names it.
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

    /// The error of a credential source that has no credentials.
    static func noCredentials(_ message: String, from source: String) -> AWSError {
        AWSError(.noCredentials, operation: "credentials", resource: source, message: message)
    }

    /// One line: operation, resource, kind, code, status, message, advice, request id, attempts and time.
    package var description: String {
        var text = operation
        if !resource.isEmpty { text += " \(resource)" }
        text += ": \(kind.rawValue)"
        let parts = [code, status.map { "HTTP \($0)" }].compactMap(\.self)
        if !parts.isEmpty { text += " (\(parts.joined(separator: ", ")))" }
        if !message.isEmpty { text += ": \(message)" }
        if let advice = kind.advice { text += "; \(advice)" }
        if let requestID {
            text += "; request id \(requestID)"
        } else if status != nil {
            text += "; the response has no request id"
        }
        if attempts > 0 {
            text += "; \(attempts) attempt\(attempts == 1 ? "" : "s"), \(elapsed.inMilliseconds) ms"
        }
        return text
    }
}

extension AWSError.Kind {
    /// The advice to the operator that `description` contains.
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
