// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import S3Events
import Scripted
import Support
import Worker

extension ManualClock: WorkerClock {}

/// What may go wrong in a simulation. Probabilities are per call or per message.
struct Faults: Sendable {
    /// A call fails without effect; fails after its effect; its answer takes long.
    var failsBefore = 0.0
    var failsAfter = 0.0
    var isSlow = 0.0
    /// An entry of a batch is refused although the batch succeeds.
    var refusal = 0.0
    /// A receive leaves the message visible: it is delivered twice.
    var duplicate = 0.0
    /// An event waits for the next and shares its message; comes minutes late; comes in two messages.
    var grouped = 0.0
    var late = 0.0
    var repeated = 0.0
    /// An object is overwritten, or deleted.
    var overwrites = 0...0
    var deletion = 0.0
    var corrupt = 0.0
    /// Messages that are no notification, or one that asks for nothing.
    var strangers = 0...0
    var crashes = 0...0
    var freezes = 0...0
    /// A process gets other slots, memory and a new engine while it works.
    var reloads = 0...0
    var replicas = 1
    /// Some pictures take up to two minutes.
    var hasLongWork = true
    /// Seconds during which every call to the object store fails.
    var outage: ClosedRange<Int>?
    /// The same for the place for reasons.
    var quarantineOpening: ClosedRange<Int>?
    /// Reading the first source always fails as if the store did.
    var hasBadApple = false
    /// The queue answers long polls at once.
    var isImpatient = false
    var conditionalWrites = true
    var hasQuarantine = true
    /// Breaks the worker's environment on purpose, to see the simulation notice.
    var sabotage: Sabotage?

    enum Sabotage: Sendable, CaseIterable {
        /// Heartbeats are answered with success and do nothing.
        case deafHeartbeat
        /// Puts return before they are durable.
        case lazyPut
        /// The `Failed` list of batches is lost on the way.
        case lostRefusals
    }
}

/// A queue and an object store as AWS documents them, time, and several worker processes, in one thread.
final class World: Sendable {
    /// How a message, or one event of it, ended.
    enum Ending: Sendable {
        case outputs, quarantined, acknowledged
    }

    struct Message: Sendable {
        var id: String
        var body: String
        var events: [Event]
        var visibleAt: Duration
        var receiveCount = 0
        /// The newest handle, and the process it was given to.
        var handle = ""
        var holder = -1
        var isDeleted = false
        /// Of one that has no events.
        var expected: Ending?
        /// Since its deletion.
        var endings: [Ending] = []
    }

    struct Event: Sendable {
        var name: ObjectReference
        var version: Int
    }

    struct Object: Sendable {
        var eTag: String
        /// Of the source: its own; of an output: the source's that it was made from.
        var version: Int
        var isCorrupt = false
        var metadata: [String: String] = [:]
    }

    /// Happens to calls whose name contains `call`, so many times.
    struct Trouble: Sendable {
        var call: String
        var error: WorkerError.Kind?
        var delay = Duration.zero
        var times = Int.max
    }

    struct Model: Sendable {
        var random: SplitMix
        var messages: [Message] = []
        var objects: [ObjectReference: Object] = [:]
        var sources: [ObjectReference] = []
        /// The last version of a source that was deleted: it and those before owe nothing any more.
        var deletedVersions: [ObjectReference: Int] = [:]
        var lastVersion = 0
        var corruptVersions: Set<Int> = []
        var lastHandle = 0
        /// Events that wait for company.
        var pending: [Event] = []
        var quarantined: [String: QuarantineRecord] = [:]
        /// Handles whose delete a process knows to have happened.
        var deletedHandles: Set<String> = []
        var violations: [String] = []
        var isCalm = false
        var receiveCalls = 0
        var puts = 0
    }

    static let sizes = [8, 16, 32, 48, 64]

    let clock = ManualClock()
    /// Wakes long polls when a message may have become visible.
    let arrivals: Bell
    /// What is to go wrong with certain calls, in order.
    let troubles = Locked<[Trouble]>([])
    /// Every call in the order of arrival.
    let calls = Locked<[String]>([])
    /// Working sets of the next pictures, before random ones.
    let workingSets = Locked<[Int]>([])
    let faults: Faults
    let model: Locked<Model>

    init(seed: UInt64, faults: Faults) {
        self.faults = faults
        arrivals = Bell(clock: clock)
        model = Locked(Model(random: SplitMix.schedule(seed: seed)))
    }

    func chance(_ probability: Double) -> Bool {
        model.withLock { !$0.isCalm && Double.random(in: 0..<1, using: &$0.random) < probability }
    }

    func pick(_ range: ClosedRange<Int>) -> Int {
        model.withLock { Int.random(in: range, using: &$0.random) }
    }

    func spread() -> Double { model.withLock { Double.random(in: 0...1, using: &$0.random) } }

    func violated(_ what: String) {
        let now = clock.now
        model.withLock { $0.violations.append("at \(now): \(what)") }
    }

    func after(milliseconds: Int, _ body: @escaping @Sendable () -> Void) {
        _ = clock.schedule(at: clock.now + .milliseconds(milliseconds), body)
    }

    // MARK: What users do

    /// Writes a new version of a source, and lets its event arrive some time later.
    func upload(_ name: ObjectReference) {
        let isCorrupt = chance(faults.corrupt)
        let version = model.withLock { model -> Int in
            model.lastVersion += 1
            if isCorrupt { model.corruptVersions.insert(model.lastVersion) }
            model.objects[name] = Object(
                eTag: "e\(model.lastVersion)", version: model.lastVersion, isCorrupt: isCorrupt)
            return model.lastVersion
        }
        let event = Event(name: name, version: version)
        let copies = chance(faults.repeated) ? 2 : 1
        for _ in 0..<copies {
            let delay = chance(faults.late) ? pick(20_000...150_000) : pick(0...20_000)
            after(milliseconds: delay) { self.happened(event) }
        }
    }

    private func happened(_ event: Event) {
        let waits = chance(faults.grouped)
        let events = model.withLock { model -> [Event] in
            model.pending.append(event)
            guard !waits else { return [] }
            defer { model.pending = [] }
            return model.pending.shuffled(using: &model.random)
        }
        if !events.isEmpty { announce(events) }
    }

    /// What still waits for company comes alone.
    func flush() {
        let events = model.withLock { model -> [Event] in
            defer { model.pending = [] }
            return model.pending
        }
        if !events.isEmpty { announce(events) }
    }

    func announce(_ events: [Event]) {
        let records = events.map(Self.record).joined(separator: ",")
        send("{\"Records\":[\(records)]}", events)
    }

    /// A message of any kind; `events` are those that it owes outputs for, `expected` how one without any is to end.
    func send(_ body: String, _ events: [Event] = [], expected: Ending? = nil) {
        let now = clock.now
        model.withLock { model in
            model.messages.append(
                Message(
                    id: "m\(model.messages.count)", body: body, events: events, visibleAt: now,
                    expected: expected))
        }
        arrivals.signal()
    }

    /// Somebody else's message.
    func sendStranger(_ number: Int) {
        switch number % 4 {
        case 0: send(#"{"hello":"world"}"#, expected: .quarantined)
        case 1: send("hello", expected: .quarantined)
        case 2: send(#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#, expected: .acknowledged)
        default:
            let event = Event(name: ObjectReference(bucket: "in", key: "gone.jpg"), version: 0)
            let body = "{\"Records\":[\(Self.record(event))]}"
            send(body.replacing("ObjectCreated:Put", with: "ObjectRemoved:Delete"), expected: .acknowledged)
        }
    }

    static func record(_ event: Event) -> String {
        """
        {"eventVersion":"2.6","eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"t",
        "s3":{"bucket":{"name":"\(event.name.bucket)"},"object":{"key":"\(event.name.key)",
        "size":1000,"eTag":"e\(event.version)","sequencer":"\(sequencer(event.version))"}}}
        """
    }

    /// What goes wrong with this call; remembers that it was made.
    func trouble(with call: String) -> Trouble? {
        calls.withLock { $0.append(call) }
        return troubles.withLock { troubles in
            guard let index = troubles.firstIndex(where: { call.contains($0.call) && $0.times > 0 }) else {
                return nil
            }
            troubles[index].times -= 1
            return troubles[index]
        }
    }

    func delete(_ name: ObjectReference) {
        model.withLock { model in
            model.deletedVersions[name] = model.objects.removeValue(forKey: name)?.version
        }
    }

    private static func sequencer(_ version: Int) -> String {
        "00" + String(String(version + 0x1000_0000, radix: 16).uppercased())
    }

    /// When the next message becomes visible that is not.
    var nextVisible: Duration? {
        let now = clock.now
        return model.withLock { model in
            model.messages.filter { !$0.isDeleted && $0.visibleAt > now }.map(\.visibleAt).min()
        }
    }

    static func outputs(of source: ObjectReference) -> [ObjectReference] {
        sizes.map { ObjectReference(bucket: "out", key: "pixelated-\($0)x\($0)-\(source.key)") }
    }

    func isBad(_ source: ObjectReference) -> Bool { faults.hasBadApple && source.key == "k0.jpg" }

    private func isBad(_ message: Message) -> Bool {
        faults.hasBadApple && message.events.contains { isBad($0.name) }
    }

    // MARK: What must hold

    var isDone: Bool { model.withLock { $0.messages.allSatisfy { $0.isDeleted || isBad($0) } } }

    /// Called at the instant at which the queue deletes a message: returns how each of its events has ended, or it
    /// itself when it has none.
    func checkDeletion(_ message: Message, _ model: inout Model, now: Duration) -> [Ending] {
        guard message.expected == nil else {
            return [model.quarantined["\(message.id)-0"] == nil ? .acknowledged : .quarantined]
        }
        return message.events.enumerated().map { index, event in
            if model.quarantined["\(message.id)-\(index)"] != nil { return .quarantined }
            guard let source = model.objects[event.name],
                event.version > model.deletedVersions[event.name, default: 0]
            else { return .acknowledged }
            for output in Self.outputs(of: event.name) {
                guard let found = model.objects[output] else {
                    model.violations.append("at \(now): \(message.id) deleted without \(output.key)")
                    break
                }
                // A plain put may come late over a newer one; whoever made it looks and repairs.
                if faults.conditionalWrites, found.version < event.version, source.version >= event.version {
                    model.violations.append(
                        "at \(now): \(message.id) (v\(event.version)) deleted over v\(found.version) of \(output.key)"
                    )
                }
            }
            return .outputs
        }
    }

    /// Called when a reason is stored: it must be the picture's own, or come after all attempts.
    func checkReason(_ record: QuarantineRecord) {
        let version = record.eTag.flatMap { Int($0.dropFirst()) } ?? -1
        let isCorrupt = model.withLock { $0.corruptVersions.contains(version) }
        let isUnknown = record.error == "not-understood" && record.key == nil
        if record.error == "corrupt" ? !isCorrupt : !isUnknown && record.receiveCount < 5 {
            violated("\(record.messageID) is quarantined at receive \(record.receiveCount): \(record.reason)")
        }
    }

    /// Called at the end, when nothing has gone wrong for a long time and all workers have stopped.
    func checkEnd() {
        model.withLock { model in
            for record in model.quarantined.values
            where model.messages.contains(where: { $0.id == record.messageID && !$0.isDeleted }) {
                model.violations.append("\(record.messageID) has a reason and is not deleted")
            }
            for message in model.messages where message.isDeleted {
                let endings = message.endings
                if endings.count != max(1, message.events.count)
                    || message.expected.map({ endings != [$0] }) ?? false
                {
                    model.violations.append("\(message.id) (\(message.body.prefix(30))) ended as \(endings)")
                }
            }
            if faults.hasQuarantine {
                // The bad apple may be held as long as there is nobody to compare it with.
                for message in model.messages where !message.isDeleted && !isBad(message) {
                    model.violations.append(
                        "\(message.id) is still in the queue after \(message.receiveCount) receives")
                }
            }
            for name in model.sources where !isBad(name) {
                guard let source = model.objects[name], !source.isCorrupt else { continue }
                for output in Self.outputs(of: name) where model.objects[output]?.version != source.version {
                    let found = model.objects[output].map { "v\($0.version)" } ?? "nothing"
                    model.violations.append(
                        "the end: \(output.key) is \(found), the source v\(source.version)")
                }
            }
        }
    }
}
