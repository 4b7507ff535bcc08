// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Support
import Worker

/// The schedule of a real run: the receive times, durations, errors and process ends in its journal, as the lines of
/// `journalctl -o json` or of the log format `json`.
struct JournalSchedule {
    /// A line that is skipped.
    struct Problem: Equatable {
        var line: Int
        var text: String
    }

    private(set) var schedule = Schedule(seed: 1)
    private(set) var problems: [Problem] = []
    /// The number of messages.
    private(set) var messages = 0
    private(set) var highestReceiveCount = 0
    /// The numbers of the keys by bucket and key.
    private var keys: [String: Int] = [:]
    private var errors = 0
    private var crashes = 0
    private var drains = 0
    private var seconds = 0

    /// An entry about the service. `time` is in milliseconds.
    private struct Entry {
        var time: Int
        var process: String
        var event: String
        var fields: [String: String]

        func number(_ name: String) -> Int? { fields[name].flatMap(Int.init) }
    }

    var summary: String {
        """
        \(messages.counted("message")) about \(schedule.contents.count.counted("content")) in \(seconds) s, at most \
        \(schedule.workers) \(schedule.workers == 1 ? "process" : "processes") at once, \
        \(errors.counted("error")) of services, \(crashes.counted("kill")), \(drains.counted("drain"))
        """
    }

    init(_ bytes: [UInt8]) {
        var entries: [Entry] = []
        for (index, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated()
        where !line.isEmpty {
            do {
                if let entry = try Self.entry(line) { entries.append(entry) }
            } catch let error as LineError {
                problems.append(Problem(line: index + 1, text: error.text))
            } catch {
                problems.append(Problem(line: index + 1, text: "the line is no JSON object"))
            }
        }
        // Entries of several processes can be out of order.
        let ordered = entries.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }
        make(ordered.map(\.element))
    }

    // MARK: Lines

    private struct LineError: Error {
        var text: String
    }

    private enum Value: Decodable {
        case text(String)
        case number(Double)
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                // journalctl writes values with other bytes than those of text as arrays.
                self = .other
            }
        }

        var text: String? {
            switch self {
            case .text(let text): text
            case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
            case .other: nil
            }
        }
    }

    /// The times of entries, from 2000 to 2100, in milliseconds since 1970-01-01T00:00:00Z.
    private static let times = 946_684_800_000...4_102_444_800_000
    /// The longest time in an entry in milliseconds: the 14 days for which SQS keeps a message.
    private static let longestTime = 1_209_600_000

    /// Returns the entry in a line; nil for entries of other programs.
    private static func entry(_ line: ArraySlice<UInt8>) throws -> Entry? {
        let values = try JSONDecoder().decode([String: Value].self, from: Data(line))
        var fields: [String: String] = [:]
        for (name, value) in values { fields[name.uppercased()] = value.text }
        guard let event = fields["EVENT"] else { return nil }
        let time: Int
        if let text = fields["__REALTIME_TIMESTAMP"] {
            guard let microseconds = Int(text) else {
                throw LineError(text: "__REALTIME_TIMESTAMP is no number")
            }
            time = microseconds / 1000
        } else if let text = fields["TIME"] {
            guard let date = try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text) else {
                throw LineError(text: "the time is not in the format of RFC 3339")
            }
            time = Int((date.timeIntervalSince1970 * 1000).rounded())
        } else {
            throw LineError(text: "the entry has no time")
        }
        guard times.contains(time) else { throw LineError(text: "the time is not from 2000 to 2100") }
        for name in ["MS_TOTAL", "MS_QUEUED", "MS_DECODE"] {
            guard let value = fields[name] else { continue }
            guard (0...longestTime).contains(Int(value) ?? -1) else {
                throw LineError(text: "\(name) is not from 0 to \(longestTime)")
            }
        }
        if fields["SQS_MESSAGE_ID"] != nil,
            !(1...1000).contains(fields["SQS_RECEIVE_COUNT"].flatMap(Int.init) ?? 0)
        {
            throw LineError(text: "the entry of a message has no receive count from 1 to 1000")
        }
        let process = "\(fields["_HOSTNAME"] ?? "") \(fields["_PID"] ?? "")"
        return Entry(time: time, process: process, event: event, fields: fields)
    }

    // MARK: The schedule

    private mutating func make(_ entries: [Entry]) {
        guard let start = entries.map({ began($0) }).min(), let last = entries.last else { return }
        seconds = (last.time - start) / 1000
        addProcesses(entries, since: start)
        addSources(entries, since: start)
        addErrors(entries, since: start)
        schedule.events.sort { $0.at < $1.at }
        // The journal does not show the order of the tasks. Its pictures end; the options are those of the service.
        schedule.settings = Schedule.Settings(
            visibilitySeconds: 60, waitSeconds: 20, cpuWorkers: 4, maxInFlight: 14, memoryMegabytes: 64,
            maxReceives: 5)
        schedule.faults.hasLongWork = false
    }

    /// Returns the time of the upload whose record an entry is about, or that of the entry.
    private func began(_ entry: Entry) -> Int {
        let total = entry.number("MS_TOTAL") ?? 0
        let queued = entry.number("SQS_RECEIVE_COUNT") == 1 ? entry.number("MS_QUEUED") ?? 0 : 0
        return entry.time - total - queued
    }

    private static func source(_ entry: Entry) -> String {
        "\(entry.fields["S3_BUCKET"] ?? "")/\(entry.fields["S3_KEY"] ?? "")"
    }

    private mutating func addSources(_ entries: [Entry], since start: Int) {
        var contents: [String: Int] = [:]
        var uploads: [String: (at: Int, key: Int, content: Int)] = [:]
        var received: [String: Int] = [:]
        var ids: Set<String> = []
        for entry in entries {
            guard let id = entry.fields["SQS_MESSAGE_ID"], let receives = entry.number("SQS_RECEIVE_COUNT")
            else { continue }
            ids.insert(id)
            highestReceiveCount = max(highestReceiveCount, receives)
            guard entry.fields["S3_KEY"] != nil, entry.fields["OUTCOME"] != nil else { continue }
            let source = Self.source(entry)
            let key = keys[source] ?? keys.count
            keys[source] = key
            let eTag = "\(source) \(entry.fields["S3_ETAG"] ?? id)"
            let content = contents[eTag] ?? contents.count + 1
            contents[eTag] = content
            if schedule.contents.count < content {
                schedule.contents.append(Schedule.Content(number: content, milliseconds: 0))
            }
            let decode = entry.number("MS_DECODE") ?? 0
            schedule.contents[content - 1].milliseconds = max(
                decode, schedule.contents[content - 1].milliseconds ?? 0)
            let isAtFault = entry.fields["FAULT"] == "picture" && entry.fields["ERROR_KIND"] != "superseded"
            if entry.fields["OUTCOME"] == "quarantined", isAtFault {
                schedule.contents[content - 1].isBroken = true
            }
            // A message with several records has one upload for each.
            let record = "\(id) \(entry.fields["RECORD"] ?? "0")"
            if uploads[record] == nil {
                uploads[record] = (began(entry) - start, key, content)
                received[record] = entry.time - (entry.number("MS_TOTAL") ?? 0) - start
            }
        }
        messages = ids.count
        for (record, upload) in uploads.sorted(by: { ($0.value.at, $0.key) < ($1.value.at, $1.key) }) {
            let delay = max(0, (received[record] ?? upload.at) - upload.at)
            schedule.events.append(
                Schedule.Event(
                    max(0, upload.at),
                    .upload(
                        key: upload.key, content: upload.content, notifications: [delay], joinsNext: false)))
        }
    }

    /// Adds the failures of services: those of single records, and those of all calls between two events.
    private mutating func addErrors(_ entries: [Entry], since start: Int) {
        var polls: [String: Int] = [:]
        for entry in entries {
            let second = (entry.time - start) / 1000
            switch entry.event {
            case "poll-failed": polls[entry.process] = polls[entry.process] ?? second
            case "poll-recovered":
                if let from = polls.removeValue(forKey: entry.process) {
                    add(.receive, .serverError, from...max(from, second))
                }
            case "breaker-closed":
                let from = max(0, second - (entry.number("MS_TOTAL") ?? 0) / 1000)
                let isOfQuarantine = entry.fields["MESSAGE"]?.contains("of the quarantine") ?? false
                for call in isOfQuarantine ? [ServiceCall.send] : [.get, .head, .put] {
                    add(call, kind(of: entry), from...max(from, second - 1))
                }
            default:
                guard entry.fields["OUTCOME"] != nil, entry.fields["FAULT"] == "aws" else { continue }
                let total = (entry.number("MS_TOTAL") ?? 0) / 1000
                let text = entry.fields["MESSAGE"] ?? ""
                let call = ServiceCall.allCases.first { text.contains($0.rawValue + " ") } ?? .get
                add(
                    call, kind(of: entry), max(0, second - total)...max(0, second),
                    key: keys[Self.source(entry)])
            }
        }
    }

    private mutating func add(
        _ call: ServiceCall, _ kind: FaultRule.Kind, _ seconds: ClosedRange<Int>, key: Int? = nil
    ) {
        errors += 1
        schedule.faults.rules.append(
            FaultRule(call: call, kind: kind, probability: 1, seconds: seconds, key: key))
    }

    private func kind(of entry: Entry) -> FaultRule.Kind {
        switch entry.fields["ERROR_KIND"] {
        case "throttled": .throttled
        case "timed-out": .timedOut
        case "access-denied", "output-denied", "credentials": .denied
        default: .serverError
        }
    }

    /// The part of the journal that is about one process. The times are in milliseconds.
    private struct Life {
        var process: String
        var host: Substring
        var first: Int
        var last: Int
        /// True when the process has logged its start.
        var hasStart = false
        var drained: Int?
        var hasEnd = false
    }

    /// Adds the ends of processes: a drain for each that has logged its end, and a kill for each that has not although
    /// another one was started on the same machine later.
    private mutating func addProcesses(_ entries: [Entry], since start: Int) {
        var lives: [Life] = []
        for entry in entries {
            let time = entry.time - start
            let index =
                lives.firstIndex { $0.process == entry.process }
                ?? {
                    lives.append(
                        Life(
                            process: entry.process, host: entry.process.prefix { $0 != " " }, first: time,
                            last: time))
                    return lives.count - 1
                }()
            lives[index].last = time
            switch entry.event {
            case "started": lives[index].hasStart = true
            case "worker-draining": lives[index].drained = lives[index].drained ?? time
            case "worker-drained", "stopped": lives[index].hasEnd = true
            default: break
            }
        }
        // The latest process at each place.
        var places: [Life] = []
        for life in lives {
            let predecessor = places.indices.filter { index in
                let previous = places[index]
                return previous.host == life.host && previous.last <= life.first && life.hasStart
            }.max { places[$0].last < places[$1].last }
            guard let place = predecessor else {
                places.append(life)
                addDrain(of: life, at: places.count - 1)
                continue
            }
            if !places[place].hasEnd {
                schedule.events.append(Schedule.Event(life.first, .crash(worker: place, afterJobs: 0)))
                crashes += 1
            }
            places[place] = life
            addDrain(of: life, at: place)
        }
        schedule.workers = max(1, places.count)
    }

    private mutating func addDrain(of life: Life, at place: Int) {
        guard life.hasEnd, let drained = life.drained else { return }
        schedule.events.append(Schedule.Event(drained, .drain(worker: place)))
        drains += 1
    }
}
