// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// One queue of SQS, over its JSON protocol. Each operation is an extension in its own file.
package struct SQSClient: Sendable {
    let caller: SignedClient
    package let queueURL: String
    let endpoint: URL
    let region: Region
    let timeouts: TimeoutOptions

    /// A call ends within this time, a long poll within its wait more.
    package var deadline: Duration { timeouts.total() }

    /// Most messages, and most entries of a batch, in one call.
    package static let batchLimit = 10

    /// Ten messages of 1 MiB, JSON's escapes (at most six bytes for one) and the attributes.
    private static let responseLimit = 64 << 20

    /// Sends one operation and decodes its answer.
    func send<Output: Decodable>(
        _ operation: String, _ input: some Encodable, wait: Duration = .zero, isLongPoll: Bool = false
    ) async throws(AWSError) -> Output {
        let request = Request(
            .post, endpoint,
            headers: [
                "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.\(operation)",
                "x-amzn-query-mode": "true",
            ],
            body: JSON.encode(input),
            limits: timeouts.attempt(wait: wait, responseBytes: Self.responseLimit))
        let response = try await caller.send(
            APIRequest(
                operation: operation, resource: queueURL, request: request,
                signer: Signer(region: region.name, service: "sqs"), form: .json,
                total: timeouts.total(wait: wait), isLongPoll: isLongPoll))
        guard let output = JSON.decode(Output.self, from: response.body) else {
            throw malformed(operation, response, "the answer is not the JSON of this operation")
        }
        return output
    }

    func malformed(_ operation: String, _ response: Response, _ message: String) -> AWSError {
        AWSError(
            .malformedResponse, operation: operation, resource: queueURL, status: response.status,
            message: message, requestID: response.headers["x-amzn-requestid"], attempts: 1,
            elapsed: response.elapsed)
    }
}
