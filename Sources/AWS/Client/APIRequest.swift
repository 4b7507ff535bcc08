// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// One call of an AWS API: the unsigned request, and the values by which `SignedClient` retries it.
struct APIRequest: Sendable {
    /// The operation by its name in the API reference, for example `GetObject`.
    var operation: String
    /// The object or queue that the operation is about, for error texts: `s3://bucket/key` or a queue's URL.
    var resource: String
    /// The unsigned HTTP request. Its limits apply to each attempt.
    var http: Request
    /// Region and service to sign for; nil for the few operations that take no signature.
    var signer: Signer?
    /// The format in which the service writes its errors.
    var errorFormat: ServiceError.Format
    /// Secrets in the request besides its signature. They are hidden when the service repeats them in an error.
    var secrets: [Secret] = []
    /// The time for all attempts together, with the pauses between them.
    var totalTime: Duration
    /// True for calls made in a loop. When the retries are used up, the call waits for one more backoff delay before it
    /// throws, so that the loop cannot spin.
    var isLongPoll = false
    /// Returns what is wrong with a response of status 200...299, for example its checksum, or nil. Such a response
    /// is a failed attempt and is retried.
    var validate: @Sendable (Response) -> (kind: AWSError.Kind, message: String)? = { _ in nil }
}
