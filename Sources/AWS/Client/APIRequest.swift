// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// One call of an AWS API operation: the unsigned HTTP request, and the values that `SignedClient` needs for signature
/// and retries.
struct APIRequest: Sendable {
    /// The name of the operation in the AWS API reference, for example `GetObject`.
    var operation: String
    /// The object or queue of the operation, which appears in error texts: `s3://bucket/key` or the URL of a queue.
    var resource: String
    /// The unsigned HTTP request. The limits of the request apply to each attempt.
    var http: Request
    /// The signer for the region and service of the operation; nil for operations that need no signature.
    var signer: Signer?
    /// The format of the service's error responses.
    var errorFormat: ServiceError.Format
    /// The secrets that the request contains besides the credentials of its signature. Error texts show `<secret>` when
    /// the service repeats one of them in a response.
    var secrets: [Secret] = []
    /// The maximum time for all attempts together, including the pauses between them.
    var totalTime: Duration
    /// True for a long poll, a call that is repeated in a loop. When the last attempt of such a call has failed with a
    /// transient error, the call pauses once more before it throws, so that the loop cannot run without a pause.
    var isLongPoll = false
    /// The function that checks a response of status 200...299 and returns the problem, for example a wrong checksum,
    /// or nil. The request is retried when there is a problem.
    var validate: @Sendable (Response) -> (kind: AWSError.Kind, message: String)? = { _ in nil }
    /// The function that returns true when an error response is that of the service. A response of another server, such
    /// as an HTML page with status 404, says nothing about the object or queue, and the request is retried.
    var isFromService: @Sendable (Response, ServiceError) -> Bool = { _, error in error.isFromService }
}
