// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Logging
import Support
import Systemd
import Testing

@testable import WorkerSimulation

/// Journals as schedules. The journals are what the log handlers of the service write for simulated runs.
@Suite struct JournalScheduleTests {
    /// A journal of simulated processes, in the format of `journalctl -o json`.
    private final class Journal: Sendable {
        let lines = Locked<[String]>([])
        let now = Locked<@Sendable () -> Duration>({ .zero })

        func logger(_ process: Int) -> Logger {
            var logger = Logger(label: "worker") { _ in Handler(journal: self, process: process) }
            logger.logLevel = .debug
            logger.notice("pixelated starts", metadata: ["event": "started"])
            return logger
        }

        private struct Handler: LogHandler {
            let journal: Journal
            let process: Int
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.debug

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                let time = journal.now.withLock { $0 }().components
                let microseconds =
                    (1_700_000_000 + time.seconds) * 1_000_000 + time.attoseconds / 1_000_000_000_000
                let record = LogRecord(event, label: "worker", metadata: metadata)
                var fields = [
                    "__REALTIME_TIMESTAMP": "\(microseconds)", "_PID": "\(100 + process)",
                    "_HOSTNAME": "host",
                ]
                for field in JournalFields.fields(of: record, identifier: "pixelated", messageIDs: [:]) {
                    let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    fields[String(parts[0])] = String(parts[1])
                }
                let data = try? JSONSerialization.data(withJSONObject: fields)
                journal.lines.withLock { $0.append(String(decoding: data ?? Data(), as: UTF8.self)) }
            }
        }
    }

    /// Returns the journal of a run.
    private static func journal(of schedule: Schedule) -> [String] {
        let journal = Journal()
        let simulation = Simulation(schedule, logger: journal.logger)
        journal.now.withLock { $0 = simulation.now }
        #expect(simulation.run() == [])
        return journal.lines.withLock { $0 }
    }

    private static func uploads(_ count: Int) -> [Schedule.Event] {
        (0..<count).map {
            .init($0 * 2000, .upload(key: $0 % 5, content: $0 + 1, notifications: [100], joinsNext: false))
        }
    }

    @Test
    func `the journal of a run with a kill, a drain, a broken picture and an outage gives its schedule`() {
        let outage = [ServiceCall.get, .head, .put].map {
            FaultRule(call: $0, kind: .serverError, probability: 1, seconds: 60...90)
        }
        let lines = Self.journal(
            of: Schedule(
                seed: 1, settings: .init(visibilitySeconds: 60),
                faults: Faults(rules: outage, hasLongWork: false),
                contents: [.init(number: 3, isBroken: true)],
                events: Self.uploads(40) + [
                    .init(100_000, .crash(worker: 0, afterJobs: 0)), .init(130_000, .drain(worker: 0)),
                ]))
        let journal = JournalSchedule(Array(lines.joined(separator: "\n").utf8))
        #expect(journal.problems == [])
        #expect(journal.messages == 40)
        #expect(journal.schedule.workers == 1)
        let actions = journal.schedule.events.map(\.action)
        #expect(actions.contains(.crash(worker: 0, afterJobs: 0)))
        #expect(actions.contains(.drain(worker: 0)))
        #expect(actions.count { if case .upload = $0 { true } else { false } } == 40)
        #expect(journal.schedule.contents.count { $0.isBroken } == 1)
        let windows = journal.schedule.faults.rules.compactMap(\.seconds)
        #expect(windows.contains { $0.lowerBound <= 65 && $0.upperBound >= 85 })
        for seed in 1...5 as ClosedRange<UInt64> {
            var schedule = journal.schedule
            schedule.seed = seed
            #expect(Simulation(schedule).run() == [])
        }
    }

    @Test func `the entries of several processes at once need as many workers`() {
        let lines = Self.journal(of: Schedule(seed: 2, workers: 3, events: Self.uploads(30)))
        let journal = JournalSchedule(Array(lines.joined(separator: "\n").utf8))
        #expect(journal.schedule.workers == 3)
        #expect(!journal.schedule.events.contains { if case .crash = $0.action { true } else { false } })
    }

    @Test func `broken lines are skipped with their numbers, and entries of other programs without`() {
        let lines = Self.journal(of: Schedule(seed: 3, events: Self.uploads(3)))
        let broken = [
            "{", "[1]", #"{"EVENT":"picture-done"}"#, #"{"EVENT":"started","__REALTIME_TIMESTAMP":"x"}"#,
            #"{"EVENT":"picture-done","__REALTIME_TIMESTAMP":"1700000000000000","SQS_MESSAGE_ID":"m"}"#,
            #"{"event":"started","time":"yesterday"}"#,
        ]
        let others = [#"{"MESSAGE":"hello","__REALTIME_TIMESTAMP":"1"}"#, #"{"MESSAGE":[104,105]}"#, ""]
        let text = (broken + others + lines).joined(separator: "\n")
        let journal = JournalSchedule(Array(text.utf8))
        #expect(journal.problems.map(\.line) == [1, 2, 3, 4, 5, 6])
        #expect(journal.messages == 3)
        #expect(journal.summary.hasPrefix("3 messages about 3 contents in "), "\(journal.summary)")
        #expect(
            journal.summary.hasSuffix(
                " s, at most 1 process at once, 0 errors of services, 0 kills, 1 drain"), "\(journal.summary)"
        )
        #expect(JournalSchedule([]).messages == 0)
    }

    @Test(arguments: [
        ("MS_TOTAL", "-1"), ("MS_QUEUED", "9223372036854775807"), ("MS_DECODE", "-9223372036854775808"),
        ("MS_DECODE", "99999999999"), ("SQS_RECEIVE_COUNT", "0"), ("__REALTIME_TIMESTAMP", "-1"),
        ("__REALTIME_TIMESTAMP", "9223372036854775807"),
    ])
    func `a number that is out of its range makes its line a broken one`(name: String, value: String) throws {
        var fields = [
            "__REALTIME_TIMESTAMP": "1700000000000000", "EVENT": "picture-done", "OUTCOME": "done",
            "SQS_MESSAGE_ID": "m", "SQS_RECEIVE_COUNT": "1", "S3_BUCKET": "b", "S3_KEY": "k", "S3_ETAG": "e",
            "MS_TOTAL": "90", "MS_DECODE": "70",
        ]
        #expect(JournalSchedule(Array(try JSONEncoder().encode(fields))).problems == [])
        fields[name] = value
        let journal = JournalSchedule(Array(try JSONEncoder().encode(fields)))
        #expect(journal.problems.map(\.line) == [1] && journal.messages == 0)
    }

    @Test func `lines of the log format json are read as well`() {
        let line =
            #"{"time":"2026-01-02T03:04:05.678Z","level":"info","event":"picture-done","message":"s3://b/k: done","#
            + #""ms_decode":70,"ms_total":90,"outcome":"done","s3_bucket":"b","s3_etag":"e","s3_key":"k","#
            + #""sqs_message_id":"m","sqs_receive_count":2}"#
        let journal = JournalSchedule(Array(line.utf8))
        #expect(journal.problems == [])
        #expect(journal.messages == 1 && journal.highestReceiveCount == 2)
        #expect(journal.schedule.contents == [.init(number: 1, milliseconds: 70)])
    }
}
