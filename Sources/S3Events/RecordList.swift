// SPDX-License-Identifier: Apache-2.0

/// The records of an S3 notification, decoded one by one, so that a malformed one does not affect the others.
struct RecordList: Decodable {
    /// The largest number of records that is decoded. Each record costs work, and a failed one costs a dead-letter
    /// message with the whole notification. S3 sends one record a message, and its notifications have at most 64 KB,
    /// the space of about a hundred records.
    static let limit = 256

    /// The number of records in the message.
    var count: Int
    /// The decoded records; empty when there are more than `limit`.
    var records: [Lenient<S3Record>] = []

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        count = container.count ?? 0
        guard count <= Self.limit else { return }
        while !container.isAtEnd { records.append(try container.decode(Lenient<S3Record>.self)) }
    }
}
