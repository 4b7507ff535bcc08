// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4

/// A client for one SQS queue, which uses the AWS JSON 1.0 protocol. Each operation is in an extension in its own file.
package struct SQSClient: Sendable {
    let client: SignedClient
    package let queueURL: String
    let endpoint: URL
    let region: Region
    let timeouts: TimeoutOptions

    /// The maximum time of a call. The wait time of a long poll is added.
    package var deadline: Duration { timeouts.total() }

    /// The maximum size of a response in bytes: ten messages of 1 MiB, each byte of which can become six bytes in JSON,
    /// and their attributes.
    private static let responseLimit = 64 << 20

    /// Sends the request of one operation, and returns the decoded response.
    ///
    /// - Parameters:
    ///   - operation: the name of the operation in the AWS API reference, for example `ReceiveMessage`.
    ///   - wait: the wait time of a long poll; zero for other operations.
    ///   - isLongPoll: see `APIRequest.isLongPoll`.
    /// - Throws: `AWSError`.
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
        let response = try await client.send(
            APIRequest(
                operation: operation, resource: queueURL, http: request,
                signer: Signer(region: region.name, service: "sqs"), errorFormat: .json,
                totalTime: timeouts.total(wait: wait), isLongPoll: isLongPoll, validate: Self.problem))
        guard let output = JSON.decode(Output.self, from: response.body) else {
            throw malformed(operation, response, "the response is not the JSON of this operation")
        }
        return output
    }

    /// Returns the problem of a response of status 200...299 that is not that of SQS, for example an HTML page; nil for
    /// status 200 with a JSON object.
    @Sendable private static func problem(
        _ response: Response
    ) -> (kind: AWSError.Kind, message: String)? {
        let start = response.body.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard response.status != 200 || start != UInt8(ascii: "{") else { return nil }
        return (.malformedResponse, "the response is not the JSON of SQS")
    }

    func malformed(_ operation: String, _ response: Response, _ message: String) -> AWSError {
        AWSError(
            .malformedResponse, operation: operation, resource: queueURL, status: response.status,
            message: message, requestID: response.headers["x-amzn-requestid"], attempts: 1,
            elapsed: response.elapsed)
    }
}
