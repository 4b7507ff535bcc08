// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The whole input of a simulation: the same schedule gives the same run.
struct Schedule: Codable, Equatable, Sendable {
    /// The options of the workers, and the features of the services.
    struct Settings: Codable, Equatable, Sendable {
        var visibilitySeconds = 30
        var waitSeconds = 10
        var cpuWorkers = 2
        var maxInFlight = 4
        var memoryMegabytes = 16
        var maxReceives = 8
        var drainSeconds = 60
    }

    /// The bytes of a source. The number is its ETag; uploads with the same number upload the same bytes.
    struct Content: Codable, Equatable, Sendable {
        var number: Int
        /// True for bytes that are no picture.
        var isBroken = false
        /// The time of the pixelation in milliseconds; nil for a random time.
        var milliseconds: Int?
    }

    enum Action: Codable, Equatable, Sendable {
        /// Uploads a source.
        ///
        /// - key: The number of the key.
        /// - content: The number of the content.
        /// - notifications: The milliseconds after which S3 sends its event; the event is sent more than once when
        ///   there are several. S3 sends each event at least once.
        /// - joinsNext: True when the event shares its message with the next one.
        case upload(key: Int, content: Int, notifications: [Int], joinsNext: Bool)
        case delete(key: Int)
        /// Sends a message that is not about a new source (`FakeCloud.sendUnknownMessage`).
        case unknownMessage(number: Int)
        /// Kills the process at the place `worker`, after it has run this number of jobs of the Swift runtime, and
        /// starts another one there.
        case crash(worker: Int, afterJobs: Int)
        /// Kills the process in its `number`th call of this kind from now on, counted from 1.
        case crashInCall(worker: Int, call: ServiceCall, number: Int, isAfterEffect: Bool)
        /// Suspends the process.
        case freeze(worker: Int, seconds: Int)
        case reload(worker: Int, maxInFlight: Int, memoryMegabytes: Int)
        /// Drains the process. Another one is started when it has ended.
        case drain(worker: Int)
    }

    struct Event: Codable, Equatable, Sendable {
        /// The time in milliseconds since the start.
        var at: Int
        var action: Action

        init(_ at: Int, _ action: Action) {
            self.at = at
            self.action = action
        }
    }

    /// The seed of the order of tasks, of the durations of calls and pictures, and of the faults with a probability.
    var seed: UInt64
    var workers = 1
    var settings = Settings()
    var faults = Faults()
    /// The highest receive count that a message may have at the end; nil for any.
    var mostReceives: Int?
    /// The contents that differ from a picture with a random time.
    var contents: [Content] = []
    var events: [Event] = []

    /// The second after which nothing fails any more.
    var endOfFaults: Int {
        var last = 0
        for event in events {
            let delay =
                switch event.action {
                case .upload(_, _, let notifications, _): notifications.max() ?? 0
                case .freeze(_, let seconds): seconds * 1000
                case .crashInCall: 60_000
                default: 0
                }
            last = max(last, (event.at + delay) / 1000)
        }
        for seconds in faults.windows { last = max(last, seconds.upperBound) }
        return last + 120
    }

    /// True when a source gets a content that it had before its present one.
    var hasReturns: Bool {
        var seen: [Int: Set<Int>] = [:]
        return events.contains { event in
            guard case .upload(let key, let content, _, _) = event.action else { return false }
            return !seen[key, default: []].insert(content).inserted
        }
    }

    /// True when the queue regards a worker as the holder of a message whenever it begins a put: each key has one
    /// message, no process is suspended between its own check and the put, and calls to the queue do not fail for long.
    var hasSingleHolders: Bool {
        var keys: Set<Int> = []
        return faults.duplicate == 0
            && faults.rules.allSatisfy { $0.call.isOfStore || $0.call == .send }
            && events.allSatisfy { event in
                switch event.action {
                case .upload(let key, _, let notifications, _):
                    keys.insert(key).inserted && notifications.count == 1
                case .freeze: false
                default: true
                }
            }
    }

    /// True when no call fails or takes seconds, each failure of a picture can be stored, no source changes after its
    /// upload, and no process ends or is suspended. Heartbeats then keep each message for its worker, however long its
    /// pictures take.
    var hasNoInterruptions: Bool {
        var working = Faults()
        working.hasLongWork = faults.hasLongWork
        working.conditionalWrites = faults.conditionalWrites
        return faults == working && hasSingleHolders
            && events.allSatisfy { event in
                switch event.action {
                case .upload, .unknownMessage, .reload: true
                case .delete, .crash, .crashInCall, .freeze, .drain: false
                }
            }
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// - Throws: `DecodingError`.
    init(json: [UInt8]) throws {
        let decoder = JSONDecoder()
        self = try decoder.decode(Schedule.self, from: Data(json))
    }

    init(
        seed: UInt64, workers: Int = 1, settings: Settings = Settings(), faults: Faults = Faults(),
        mostReceives: Int? = nil, contents: [Content] = [], events: [Event] = []
    ) {
        self.seed = seed
        self.workers = workers
        self.settings = settings
        self.faults = faults
        self.mostReceives = mostReceives
        self.contents = contents
        self.events = events
    }
}
