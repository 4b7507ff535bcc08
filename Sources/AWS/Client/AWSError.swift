// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

/// The error of a call to AWS that failed, after all of its attempts.
package struct AWSError: Error, Sendable, CustomStringConvertible {
    /// The kind of an error, by which callers decide what to do. The raw values appear in logs and metrics and are
    /// stable.
    package enum Kind: String, Sendable, CaseIterable {
        case noSuchKey = "no-such-key"
        case noSuchBucket = "no-such-bucket"
        case accessDenied = "access-denied"
        /// The condition `If-Match` or `If-None-Match` is not fulfilled (status 412), or the write conflicted with
        /// another one at the same time (status 409).
        case preconditionFailed = "precondition-failed"
        /// The store does not support `If-Match` or `If-None-Match` in uploads.
        case conditionsUnsupported = "conditions-unsupported"
        /// The object is in an archive tier and must be restored before it can be read (`InvalidObjectState`).
        case archived
        case queueMissing = "queue-missing"
        case receiptHandleInvalid = "receipt-handle-invalid"
        case messageNotInFlight = "message-not-in-flight"
        /// The access key id is unknown, or the secret access key is wrong.
        case invalidCredentials = "invalid-credentials"
        case expiredCredentials = "expired-credentials"
        /// The source of credentials has no credentials.
        case noCredentials = "no-credentials"
        /// The service refused the time of the signature, and a retry with a corrected time failed or was not possible.
        case clockSkew = "clock-skew"
        case throttled
        /// The service failed (status 5xx).
        case server
        case timedOut = "timed-out"
        /// The connection, name resolution or TLS handshake failed.
        case network
        /// The object or the response is larger than its limit.
        case tooLarge = "too-large"
        case checksumMismatch = "checksum-mismatch"
        case malformedResponse = "malformed-response"
        /// KMS refused to encrypt or decrypt the object.
        case kms
        case cancelled
        /// The region, the endpoint, the profile or another option is invalid.
        case configuration
        case other
    }

    package var kind: Kind
    /// The name of the operation in the AWS API reference, for example `GetObject`.
    package var operation: String
    /// The object or queue of the operation: `s3://bucket/key` or the URL of a queue; empty when there is none.
    package var resource: String
    /// The error code of the service, such as `NoSuchKey`, at most 128 bytes; nil when there is none.
    package var code: String?
    /// The HTTP status code; nil when there was no response.
    package var status: Int?
    package var message: String
    package var requestID: String?
    /// The number of attempts.
    package var attempts: Int
    /// The time from the first attempt to the failure, including the pauses between attempts.
    package var elapsed: Duration
    /// The region of the bucket, when the response contains it.
    var region: String?
    /// The failure of the transport; nil when there was a response.
    var cause: TransportError.Kind?

    package init(
        _ kind: Kind, operation: String, resource: String = "", code: String? = nil, status: Int? = nil,
        message: String, requestID: String? = nil, attempts: Int = 0, elapsed: Duration = .zero
    ) {
        self.kind = kind
        self.operation = operation
        // The name of a profile and the key of an object can have any character.
        self.resource = resource.withoutControlCharacters
        // Servers can send texts of any length.
        self.code = code.map { $0.truncated(toBytes: 128).withoutControlCharacters }
        self.status = status
        self.message = message.truncated(toBytes: 2048).withoutControlCharacters
        self.requestID = requestID.map { $0.truncated(toBytes: 128).withoutControlCharacters }
        self.attempts = attempts
        self.elapsed = elapsed
    }

    /// Returns the error of kind `.noCredentials` for a source of credentials.
    static func noCredentials(_ message: String, from source: String) -> AWSError {
        AWSError(.noCredentials, operation: "credentials", resource: source, message: message)
    }

    /// The error on one line: operation, resource, kind, code, status, message, advice, request id, number of attempts
    /// and time.
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
    /// The advice to the operator, which is part of `description`; nil for kinds of errors without advice.
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
