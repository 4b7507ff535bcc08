// SPDX-License-Identifier: Apache-2.0

/// The calls of a worker that can fail. The raw values are their names in the event log.
enum ServiceCall: String, Codable, CaseIterable, Sendable {
    case receive = "ReceiveMessage"
    case delete = "DeleteMessageBatch"
    case changeVisibility = "ChangeMessageVisibilityBatch"
    case get = "GetObject"
    case head = "HeadObject"
    case put = "PutObject"
    /// The storing of a record in the quarantine.
    case send = "SendMessage"

    var isOfStore: Bool { self == .get || self == .head || self == .put }
}
