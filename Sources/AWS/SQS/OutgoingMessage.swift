// SPDX-License-Identifier: Apache-2.0

/// A message that is sent to a queue.
package struct OutgoingMessage: Sendable, Equatable {
    /// The body, 1 byte...1 MiB of UTF-8.
    package var body: String
    /// The text that identifies the message. A FIFO queue accepts a second message with the same text within five
    /// minutes, but does not deliver it. Other queues do not use it.
    package var id: String
    /// The attributes by their names, at most ten.
    package var attributes: [String: MessageAttribute]
    /// The trace header of AWS X-Ray (`AWSTraceHeader`); nil for none.
    package var traceHeader: String?

    package init(
        _ body: String, id: String, attributes: [String: MessageAttribute] = [:], traceHeader: String? = nil
    ) {
        self.body = body
        self.id = id
        self.attributes = attributes
        self.traceHeader = traceHeader
    }

    /// The size of the message in bytes as SQS counts it: the body and the attributes.
    package var size: Int { attributes.reduce(body.utf8.count) { $0 + $1.value.size(named: $1.key) } }
}
