// SPDX-License-Identifier: Apache-2.0

import Logging

/// The log records that wait for the thread that writes the log, within bounds.
///
/// When a bound is reached, further records are dropped, and their number is an entry of the queue as soon as records
/// have room again. Records that are being written count until they are written, so that the memory of all records has
/// the bound.
struct LogQueueState {
    enum Entry {
        case record(LogRecord)
        /// The place at which this number of records was dropped.
        case gap(Int)
    }

    private let maxRecords: Int
    /// The bound of the sum of `LogRecord.memory`.
    private let maxBytes: Int
    private var waiting: [Entry] = []
    /// The number and the memory of the records that wait or are being written.
    private var load = (records: 0, bytes: 0)
    /// The number of records that were dropped or lost since the latest gap entry.
    private var dropped = 0
    /// True when the latest entries could not be written.
    private var hasFailed = false
    /// The number of all entries that were appended.
    private(set) var appended: UInt64 = 0
    /// The number of entries of `appended` that have left the queue, written or lost.
    private(set) var finished: UInt64 = 0

    init(maxRecords: Int, maxBytes: Int) {
        self.maxRecords = maxRecords
        self.maxBytes = maxBytes
    }

    /// Appends a record. Returns false when the record was dropped. A sixteenth of the queue is for records of level
    /// `notice` and above, such as the one that tells the end of the process.
    mutating func append(_ record: LogRecord) -> Bool {
        let isNotice = record.level >= .notice
        guard load.records < maxRecords - (isNotice ? 0 : maxRecords / 16),
            load.bytes + record.memory <= maxBytes - (isNotice ? 0 : maxBytes / 16)
        else {
            dropped += 1
            return false
        }
        appendGap()
        waiting.append(.record(record))
        load = (load.records + 1, load.bytes + record.memory)
        appended += 1
        return true
    }

    /// Removes and returns the entries that wait. They must be passed to `finish` when they are written.
    mutating func take() -> [Entry] {
        // With an empty queue, the records that were dropped are the latest ones. After a failure their number waits
        // for the next record, because writing is likely to fail again.
        if waiting.isEmpty, load.records == 0, !hasFailed { appendGap() }
        defer { waiting = [] }
        return waiting
    }

    /// Removes entries that have left the queue, of which those in `lost` could not be written.
    mutating func finish(_ entries: [Entry], lost: [Entry]) {
        for case .record(let record) in entries {
            load = (load.records - 1, load.bytes - record.memory)
        }
        finished += UInt64(entries.count)
        hasFailed = !lost.isEmpty
        for entry in lost {
            switch entry {
            case .record: dropped += 1
            case .gap(let count): dropped += count
            }
        }
    }

    /// Appends the number of records that were dropped since the latest gap, if there are any.
    mutating func appendGap() {
        guard dropped > 0 else { return }
        waiting.append(.gap(dropped))
        appended += 1
        dropped = 0
    }
}
