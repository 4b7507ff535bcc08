// SPDX-License-Identifier: Apache-2.0

/// The records of an S3 notification. They are decoded one by one, so that a malformed record does not affect the
/// others.
struct RecordList: Decodable {
    /// The maximum number of records in a notification that is decoded. It limits the work for one message, because
    /// each failed record is quarantined with the whole notification. S3 sends one record in a message, and 64 KB, the
    /// maximum size of its notifications, hold about a hundred records.
    static let limit = 256

    /// The number of records in the notification.
    var count: Int
    /// The decoded records; empty when `count` is greater than `limit`.
    var records: [Lenient<S3Record>] = []

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        count = container.count ?? 0
        guard count <= Self.limit else { return }
        while !container.isAtEnd { records.append(try container.decode(Lenient<S3Record>.self)) }
    }
}
