// SPDX-License-Identifier: Apache-2.0

/// The requests of the service for one picture that is pixelated for the first time.
package struct RequestCounts: Sendable, Equatable, Encodable {
    /// HEAD of the first output, and of the source after the uploads.
    package var s3Head = 2.0
    /// GET of the source.
    package var s3Get = 1.0
    /// PUT of each output.
    package var s3Put: Double
    /// The notification that S3 sends to the queue, which the owner of the queue pays for.
    package var sqsSend = 1.0
    /// ReceiveMessage and DeleteMessageBatch, of which one is for several messages.
    package var sqsReceive: Double
    package var sqsDelete: Double

    /// Makes the numbers of requests.
    ///
    /// - Parameter processRate: The pictures in a second of one process. Messages that end within 100 ms
    ///   (`queue.deleteBatchDelayMilliseconds`) are deleted together, and as many are received together, at most 10.
    package init(outputs: Int, processRate: Double) {
        s3Put = Double(outputs)
        let batch = min(max(1 + processRate * 0.1, 1), 10)
        sqsReceive = 1 / batch
        sqsDelete = 1 / batch
    }

    package var s3: Double { s3Head + s3Get + s3Put }
    package var sqs: Double { sqsSend + sqsReceive + sqsDelete }

    /// The price of the requests in US dollars.
    func price(_ prices: Prices) -> Double {
        (s3Head + s3Get) * prices[.s3Get] + s3Put * prices[.s3Put] + sqs * prices[.sqsRequest]
    }
}
