// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The members of the bodies of requests to SQS that `DataPlane` needs, under their names in the SQS API.
struct DataPlaneQueueRequest: Decodable {
    struct Entry: Decodable {
        var Id: String
        var ReceiptHandle: String
        var VisibilityTimeout: Int?
    }

    var MaxNumberOfMessages: Int?
    var WaitTimeSeconds: Int?
    var VisibilityTimeout: Int?
    var ReceiptHandle: String?
    var Entries: [Entry]?

    /// Reads the body of a request.
    init?(_ body: UnsafeRawBufferPointer) {
        guard let read = try? JSONDecoder().decode(Self.self, from: Data(body)) else { return nil }
        self = read
    }

    /// The messages that the request is about: those of a batch, or one.
    var messages: [Entry] {
        if let Entries { return Entries }
        return ReceiptHandle.map { [Entry(Id: "", ReceiptHandle: $0, VisibilityTimeout: VisibilityTimeout)] }
            ?? []
    }
}
