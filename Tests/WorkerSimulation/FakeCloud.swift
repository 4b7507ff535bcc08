// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import S3Events
import Scripted
import Support
import Worker

extension ManualClock: WorkerClock {}

/// The simulated services: an SQS queue, an S3 store and a clock, shared by all simulated processes.
///
/// The files of this folder run the real worker against simulated services, in virtual time and on the thread of the
/// test:
///
/// - `FakeCloud` is the state of the services. It checks what must hold whenever a worker changes it.
/// - `FakeQueue`, `FakeStore`, `FakeEngine` and `FakeQuarantine` are the worker's view of them. Each of their calls
///   goes through a `FakeConnection`, which delays it, loses it or lets it fail, as `Faults` says.
/// - `SimulatedProcess` runs the tasks of one worker, one job of the Swift runtime at a time, in any order.
/// - `Simulation` runs several workers through a random schedule of uploads, faults, crashes and reloads, which is a
///   function of its seed.
/// - `BreakerScenario` runs several workers while single objects, the store or the quarantine fail, and measures the
///   latency of the healthy pictures.
/// - `WorkerHarness` runs one worker through a schedule that a test writes step by step.
final class FakeCloud: Sendable {
    /// The end of a message, or of one event in it.
    enum Ending: Sendable {
        case outputs, quarantined, ignored
    }

    struct Message: Sendable {
        var id: String
        var body: String
        var attributes: [String: MessageAttribute] = [:]
        /// The trace header of AWS X-Ray; nil for none.
        var traceHeader: String?
        /// The events for which the message must leave outputs.
        var events: [Event]
        var visibleAt: Duration
        var receiveCount = 0
        /// The latest receipt handle, and the process that received it.
        var handle = ""
        var holder = -1
        var isDeleted = false
        /// The time of sending in seconds since 1970-01-01T00:00:00Z; nil as for a queue that does not report it.
        var sentAt: Double?
        /// The end that a message without events must have.
        var expected: Ending?
        /// The ends of its events, since its deletion.
        var endings: [Ending] = []
    }

    /// The upload of a version of a source.
    struct Event: Sendable {
        var name: ObjectReference
        var version: Int
    }

    struct Object: Sendable {
        var eTag: String
        /// The version of the source; for an output, that of the source it was made from.
        var version: Int
        var isCorrupt = false
        /// True for an object without bytes.
        var isEmpty = false
        /// The size that the store reports; nil for none.
        var size: Int?
        var metadata: [String: String] = [:]
    }

    /// A delay or an error of the next calls whose names contain `call`.
    struct ScriptedFault: Sendable {
        var call: String
        var error: WorkerError.Kind?
        var delay = Duration.zero
        var times = Int.max
    }

    struct State: Sendable {
        var random: SplitMix
        var messages: [Message] = []
        var objects: [ObjectReference: Object] = [:]
        var sources: [ObjectReference] = []
        /// The last version of each deleted source. It and earlier ones need no outputs any more.
        var deletedVersions: [ObjectReference: Int] = [:]
        var lastVersion = 0
        var corruptVersions: Set<Int> = []
        var lastHandle = 0
        /// The events that wait for others, to share their message.
        var pending: [Event] = []
        var quarantined: [String: QuarantineRecord] = [:]
        /// The receipt handles whose delete has been confirmed to a process.
        var deletedHandles: Set<String> = []
        var violations: [String] = []
        /// True when nothing fails any more.
        var faultsAreOver = false
        var receiveCalls = 0
        var puts = 0
    }

    static let sizes = [8, 16, 32, 48, 64]
    /// The size of every source in bytes.
    static let sourceSize = 1000

    let clock = ManualClock()
    /// Wakes long polls when a message may have become visible.
    let arrivals: Broadcast
    /// The faults of certain calls, in order.
    let scriptedFaults = Locked<[ScriptedFault]>([])
    /// The changes of the next downloads on their way to the worker, in order.
    let damages = Locked<[@Sendable (inout S3Object) -> Void]>([])
    /// All calls, in the order of their arrival.
    let calls = Locked<[String]>([])
    /// The working sets of the next pictures; those of later ones are random.
    let workingSets = Locked<[Int]>([])
    let faults: Faults
    let state: Locked<State>

    init(seed: UInt64, faults: Faults) {
        self.faults = faults
        arrivals = Broadcast(clock: clock)
        state = Locked(State(random: SplitMix.schedule(seed: seed)))
    }

    func chance(_ probability: Double) -> Bool {
        state.withLock { !$0.faultsAreOver && Double.random(in: 0..<1, using: &$0.random) < probability }
    }

    func pick(_ range: ClosedRange<Int>) -> Int {
        state.withLock { Int.random(in: range, using: &$0.random) }
    }

    func jitter() -> Double { state.withLock { Double.random(in: 0...1, using: &$0.random) } }

    func reportViolation(_ what: String) {
        let now = clock.now
        state.withLock { $0.violations.append("at \(now): \(what)") }
    }

    func after(milliseconds: Int, _ body: @escaping @Sendable () -> Void) {
        _ = clock.schedule(at: clock.now + .milliseconds(milliseconds), body)
    }

    // MARK: Uploads and messages

    /// Writes a new version of a source. Its event arrives some time later.
    func upload(_ name: ObjectReference) {
        let isCorrupt = chance(faults.corrupt)
        let version = state.withLock { state -> Int in
            state.lastVersion += 1
            if isCorrupt { state.corruptVersions.insert(state.lastVersion) }
            state.objects[name] = Object(
                eTag: "e\(state.lastVersion)", version: state.lastVersion, isCorrupt: isCorrupt)
            return state.lastVersion
        }
        let event = Event(name: name, version: version)
        let copies = chance(faults.repeated) ? 2 : 1
        for _ in 0..<copies {
            let delay = chance(faults.late) ? pick(20_000...150_000) : pick(0...20_000)
            after(milliseconds: delay) { self.deliver(event) }
        }
    }

    private func deliver(_ event: Event) {
        let waits = chance(faults.grouped)
        let events = state.withLock { state -> [Event] in
            state.pending.append(event)
            guard !waits else { return [] }
            defer { state.pending = [] }
            return state.pending.shuffled(using: &state.random)
        }
        if !events.isEmpty { announce(events) }
    }

    /// Sends the events that still wait for others.
    func flush() {
        let events = state.withLock { state -> [Event] in
            defer { state.pending = [] }
            return state.pending
        }
        if !events.isEmpty { announce(events) }
    }

    /// Sends one message about these events.
    func announce(_ events: [Event]) {
        let records = events.map(Self.record).joined(separator: ",")
        send("{\"Records\":[\(records)]}", events)
    }

    /// Sends a message of any kind.
    ///
    /// - Parameters:
    ///   - events: The events for which it must leave outputs.
    ///   - expected: The end that a message without events must have.
    func send(
        _ body: String, _ events: [Event] = [], attributes: [String: MessageAttribute] = [:],
        expected: Ending? = nil
    ) {
        let now = clock.now
        state.withLock { state in
            state.messages.append(
                Message(
                    id: "m\(state.messages.count)", body: body, attributes: attributes, events: events,
                    visibleAt: now,
                    expected: expected))
        }
        arrivals.signal()
    }

    /// Sends a message that is not about a new source.
    func sendUnknownMessage(_ number: Int) {
        switch number % 4 {
        case 0: send(#"{"hello":"cloud"}"#, expected: .quarantined)
        case 1: send("hello", expected: .quarantined)
        case 2: send(#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#, expected: .ignored)
        default:
            let event = Event(name: ObjectReference(bucket: "in", key: "gone.jpg"), version: 0)
            let body = "{\"Records\":[\(Self.record(event))]}"
            send(body.replacing("ObjectCreated:Put", with: "ObjectRemoved:Delete"), expected: .ignored)
        }
    }

    static func record(_ event: Event) -> String {
        """
        {"eventVersion":"2.6","eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"t",
        "s3":{"bucket":{"name":"\(event.name.bucket)"},"object":{"key":"\(event.name.key)",
        "size":1000,"eTag":"e\(event.version)","sequencer":"\(sequencer(event.version))"}}}
        """
    }

    /// Records a call and returns its scripted fault, if it has one.
    func recordCall(_ call: String) -> ScriptedFault? {
        calls.withLock { $0.append(call) }
        return scriptedFaults.withLock { faults in
            guard let index = faults.firstIndex(where: { call.contains($0.call) && $0.times > 0 }) else {
                return nil
            }
            faults[index].times -= 1
            return faults[index]
        }
    }

    /// Returns a download with the next change of `damages`.
    func damage(_ object: S3Object) -> S3Object {
        var object = object
        damages.withLock { $0.isEmpty ? nil : $0.removeFirst() }?(&object)
        return object
    }

    func delete(_ name: ObjectReference) {
        state.withLock { state in
            state.deletedVersions[name] = state.objects.removeValue(forKey: name)?.version
        }
    }

    private static func sequencer(_ version: Int) -> String {
        "00" + String(String(version + 0x1000_0000, radix: 16).uppercased())
    }

    /// The time at which the next hidden message becomes visible.
    var nextVisible: Duration? {
        let now = clock.now
        return state.withLock { state in
            state.messages.filter { !$0.isDeleted && $0.visibleAt > now }.map(\.visibleAt).min()
        }
    }

    static func outputs(of source: ObjectReference) -> [ObjectReference] {
        sizes.map { ObjectReference(bucket: "out", key: "pixelated-\($0)x\($0)-\(source.key)") }
    }

    /// True for the source whose key is disabled in `Faults.hasFailingSource`.
    func alwaysFails(_ source: ObjectReference) -> Bool { faults.hasFailingSource && source.key == "k0.jpg" }

    private func alwaysFails(_ message: Message) -> Bool {
        faults.hasFailingSource && message.events.contains { alwaysFails($0.name) }
    }

    // MARK: Invariants

    var isDone: Bool { state.withLock { $0.messages.allSatisfy { $0.isDeleted || alwaysFails($0) } } }

    /// Checks a message at the time of its deletion.
    ///
    /// - Returns: The ends of its events, or its own end when it has none.
    func checkDeletion(_ message: Message, _ state: inout State, now: Duration) -> [Ending] {
        guard message.expected == nil else {
            return [state.quarantined["\(message.id)-0"] == nil ? .ignored : .quarantined]
        }
        return message.events.enumerated().map { index, event in
            if state.quarantined["\(message.id)-\(index)"] != nil { return .quarantined }
            guard let source = state.objects[event.name],
                event.version > state.deletedVersions[event.name, default: 0]
            else { return .ignored }
            for output in Self.outputs(of: event.name) {
                guard let found = state.objects[output] else {
                    state.violations.append("at \(now): \(message.id) deleted without \(output.key)")
                    break
                }
                // An unconditional put may replace a newer output for a moment, until its worker checks the source.
                if faults.conditionalWrites, found.version < event.version, source.version >= event.version {
                    state.violations.append(
                        "at \(now): \(message.id) (v\(event.version)) deleted over v\(found.version) of \(output.key)"
                    )
                }
            }
            return .outputs
        }
    }

    /// Checks a record that the quarantine stores: its source is corrupt, or the attempts are used up.
    func checkRecord(_ record: QuarantineRecord) {
        let version = record.eTag.flatMap { Int($0.dropFirst()) } ?? -1
        let isCorrupt = state.withLock { $0.corruptVersions.contains(version) }
        let isUnknown = record.error == "not-understood" && record.key == nil
        if record.error == "corrupt" ? !isCorrupt : !isUnknown && record.receiveCount < 5 {
            reportViolation(
                "\(record.messageID) is quarantined at receive \(record.receiveCount): \(record.reason)")
        }
    }

    /// Checks the end of a simulation, after a long time without faults, when all workers have stopped.
    func checkEnd() {
        state.withLock { state in
            for record in state.quarantined.values
            where state.messages.contains(where: { $0.id == record.messageID && !$0.isDeleted }) {
                state.violations.append("\(record.messageID) is in the quarantine and not deleted")
            }
            for message in state.messages where message.isDeleted {
                let endings = message.endings
                if endings.count != max(1, message.events.count)
                    || message.expected.map({ endings != [$0] }) ?? false
                {
                    state.violations.append("\(message.id) (\(message.body.prefix(30))) ended as \(endings)")
                }
            }
            if faults.hasQuarantine {
                // The message of the failing source may stay as long as no other message shows that the store works.
                for message in state.messages where !message.isDeleted && !alwaysFails(message) {
                    state.violations.append(
                        "\(message.id) is still in the queue after \(message.receiveCount) receives")
                }
            }
            for name in state.sources where !alwaysFails(name) {
                guard let source = state.objects[name], !source.isCorrupt else { continue }
                for output in Self.outputs(of: name) where state.objects[output]?.version != source.version {
                    let found = state.objects[output].map { "v\($0.version)" } ?? "nothing"
                    state.violations.append(
                        "the end: \(output.key) is \(found), the source v\(source.version)")
                }
            }
        }
    }
}
