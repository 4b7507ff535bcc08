// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials

/// The notification in the body of a message, which is the body itself, or the body in a quarantine record.
///
/// A quarantine record is in the source queue when an operator has moved it there from the dead-letter queue
/// (StartMessageMoveTask moves messages unchanged). It is processed by the body that it contains, and a failure is
/// stored with that body again, so that records do not grow with each move. Older versions put records into records.
/// Nothing else in a quarantine record has an effect, so that a forged one permits no more than a notification does.
struct OriginalBody: Equatable, Sendable {
    /// The notification as JSON.
    private(set) var text: String
    /// The index of the record of the notification to process, counted from 0; nil for all records. The other records
    /// of a message with a quarantine record ended before the message was deleted.
    private(set) var record: Int?
    /// The length of the whole notification in bytes of UTF-8; nil when `text` is the whole notification.
    private(set) var bodyBytes: Int?

    /// The maximum number of quarantine records that are within each other. The escapes of JSON double with each of
    /// them, so that a message of 1 MiB holds fewer.
    private static let maximumDepth = 32

    /// The field that only quarantine records have.
    private static let mark = "quarantineVersion"

    /// The fields of a quarantine record that have an effect, in all versions of its format.
    private struct Record: Decodable {
        var quarantineVersion: Int
        var body: String
        var bodyBytes: Int?
        var record: Int?
    }

    init(of messageBody: String) {
        text = messageBody
        for _ in 0..<Self.maximumDepth {
            guard bodyBytes == nil, text.contains(Self.mark),
                let found = try? JSONDecoder().decode(Record.self, from: Data(text.utf8))
            else { return }
            text = found.body
            record = found.record
            bodyBytes = found.bodyBytes
        }
    }

    /// Returns true when the record of the notification with this index is to be processed. An index that the
    /// notification does not have selects all records.
    func selects(_ index: Int, of count: Int) -> Bool {
        guard let record, (0..<count).contains(record) else { return true }
        return index == record
    }
}
