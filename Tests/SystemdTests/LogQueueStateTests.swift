// SPDX-License-Identifier: Apache-2.0

import Logging
import Testing

@testable import Systemd

struct LogQueueStateTests {
    private func record(_ message: String, level: Logger.Level = .info) -> LogRecord {
        LogRecord(
            LogEvent(
                level: level, message: "\(message)", metadata: nil, source: "Worker", file: "Job.swift",
                function: "run()", line: 1), label: "worker", metadata: [:])
    }

    /// Returns the entries as texts: the message of a record, or the number of a gap.
    private func texts(_ entries: [LogQueueState.Entry]) -> [String] {
        entries.map { entry in
            switch entry {
            case .record(let record): record.message
            case .gap(let count): "gap \(count)"
            }
        }
    }

    @Test func `records that are being written count for the bound`() {
        var queue = LogQueueState(maxRecords: 2, maxBytes: .max)
        let accepted = ["a", "b", "c"].map { queue.append(record($0)) }
        #expect(accepted == [true, true, false])
        let taken = queue.take()
        let whileWriting = queue.append(record("c"))
        #expect(!whileWriting)
        queue.finish(taken, lost: [])
        let later = queue.append(record("d"))
        #expect(later)
        #expect(queue.finished == 2 && queue.appended == 4, "three records and a gap")
    }

    @Test func `the memory of the records has a bound`() {
        let long = record(String(repeating: "x", count: 4000))
        var queue = LogQueueState(maxRecords: .max, maxBytes: 10 * long.memory)
        let accepted = (0..<100).count { _ in queue.append(long) }
        #expect(accepted == 9, "the last sixteenth is for notices")
    }

    @Test func `records of level notice and above have room behind others`() {
        var queue = LogQueueState(maxRecords: 32, maxBytes: .max)
        let others = (0..<100).count { _ in queue.append(record("a")) }
        let notices = (0..<100).count { _ in queue.append(record("b", level: .notice)) }
        #expect(others == 30 && notices == 2)
    }

    @Test func `the number of dropped records is told at their place`() {
        var queue = LogQueueState(maxRecords: 1, maxBytes: .max)
        _ = queue.append(record("a"))
        for text in ["b", "c"] { _ = queue.append(record(text)) }
        let first = queue.take()
        #expect(texts(first) == ["a"])
        _ = queue.append(record("d"))
        queue.finish(first, lost: [])
        _ = queue.append(record("e"))
        let second = queue.take()
        #expect(texts(second) == ["gap 3", "e"])
    }

    @Test func `the number of dropped records is told without further records`() {
        var queue = LogQueueState(maxRecords: 1, maxBytes: .max)
        _ = queue.append(record("a"))
        _ = queue.append(record("b"))
        queue.finish(queue.take(), lost: [])
        let (first, second) = (queue.take(), queue.take())
        #expect(texts(first) == ["gap 1"] && second.isEmpty)
    }

    @Test func `records that could not be written are told with the next record, and tried once`() {
        var queue = LogQueueState(maxRecords: 9, maxBytes: .max)
        _ = queue.append(record("a"))
        let lost = queue.take()
        queue.finish(lost, lost: lost)
        let afterFailure = queue.take()
        #expect(afterFailure.isEmpty)
        _ = queue.append(record("b"))
        let second = queue.take()
        #expect(texts(second) == ["gap 1", "b"])
        queue.finish(second, lost: second)
        _ = queue.append(record("c"))
        let third = queue.take()
        #expect(texts(third) == ["gap 2", "c"])
    }
}
