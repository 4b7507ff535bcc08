// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4
import Support

/// A client for one SQS queue, which uses the AWS JSON 1.0 protocol. Each operation is in an extension in its own file.
package struct SQSClient: Sendable {
    let client: SignedClient
    package let queueURL: String
    let endpoint: URL
    let region: Region
    let timeouts: TimeoutOptions
    /// True to receive also whether a redrive policy has moved a message (`Message.isMoved`). Some servers other than
    /// AWS may not know the attribute, so that it is not part of each receive.
    package var receivesOrigin = false

    /// The maximum time of a call. The wait time of a long poll is added.
    package var deadline: Duration { timeouts.total() }

    /// True when the requests are sent to AWS and not to another server.
    package var isAmazon: Bool { Endpoints.isAmazon(endpoint.host) }

    /// The maximum size of a response in bytes: ten messages of 1 MiB, each byte of which can become six bytes in JSON,
    /// and their attributes.
    private static let responseLimit = 64 << 20

    /// Returns true when the URL is that of a FIFO queue, whose name ends in `.fifo`.
    package static func isFIFO(_ queueURL: String) -> Bool {
        queueURL.hasSuffix(".fifo") || queueURL.hasSuffix(".fifo/")
    }

    /// Sends the request of one operation, and returns the decoded response.
    ///
    /// - Parameters:
    ///   - operation: the name of the operation in the AWS API reference, for example `ReceiveMessage`.
    ///   - wait: the wait time of a long poll; zero for other operations.
    ///   - isLongPoll: see `APIRequest.isLongPoll`.
    /// - Throws: `AWSError`.
    func send<Output: Decodable & Sendable>(
        _ operation: String, _ input: some Encodable, wait: Duration = .zero, isLongPoll: Bool = false
    ) async throws(AWSError) -> Output {
        try await exchange(operation, input, wait: wait, isLongPoll: isLongPoll).output
    }

    /// Sends the request of one operation as `send` does.
    ///
    /// - Returns: the decoded response, and the redaction with which its texts are cleaned for logs.
    func exchange<Output: Decodable & Sendable>(
        _ operation: String, _ input: some Encodable, wait: Duration = .zero, isLongPoll: Bool = false
    ) async throws(AWSError) -> (output: Output, secrets: Redaction) {
        let request = Request(
            .post, endpoint,
            headers: [
                "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.\(operation)",
                "x-amzn-query-mode": "true",
            ],
            body: JSON.encode(input),
            limits: timeouts.attempt(wait: wait, responseBytes: Self.responseLimit))
        let decoded = Locked<Output?>(nil)
        let secrets = try await client.exchange(
            APIRequest(
                operation: operation, resource: queueURL, http: request,
                signer: Signer(region: region.name, service: "sqs"), errorFormat: .json,
                totalTime: timeouts.total(wait: wait), isLongPoll: isLongPoll,
                validate: { response in
                    let output = JSON.decode(Output.self, from: response.body)
                    decoded.withLock { $0 = output }
                    return output == nil
                        ? (.malformedResponse, "the response is not the JSON of this operation") : nil
                })
        ).secrets
        guard let output = decoded.withLock({ $0 }) else {
            preconditionFailure("a response without output has been rejected")
        }
        return (output, secrets)
    }
}
