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
/// - `Simulation` runs several workers through a `Schedule` of uploads, faults, crashes and reloads. A random schedule
///   is a function of its seed and a `Profile`.
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

        /// True when one of its events is about the source of an output.
        func isAbout(output: ObjectReference) -> Bool {
            events.contains { FakeCloud.outputs(of: $0.name).contains(output) }
        }
    }

    /// The upload of a version of a source.
    struct Event: Sendable {
        var name: ObjectReference
        var version: Int
        var content: Int

        /// Makes the event of a version with a content of its own, or with that of an earlier version.
        init(name: ObjectReference, version: Int, content: Int? = nil) {
            self.name = name
            self.version = version
            self.content = content ?? version
        }
    }

    struct Object: Sendable {
        var eTag: String
        /// The version of the source; for an output, that of the source it was made from.
        var version: Int
        /// The number of the content of the source; nil for that of the version, which no other version has.
        var number: Int?
        var content: Int { number ?? version }
        var isCorrupt = false
        /// True for an object without bytes.
        var isEmpty = false
        /// The size that the store reports; nil for none.
        var size: Int?
        /// The process that has stored an output without holding a message about its source, and has not seen since that
        /// this is the content of the source; nil for none.
        var lateWriter: Int?
        var metadata: [String: String] = [:]

        init(
            eTag: String? = nil, version: Int, content: Int? = nil, isCorrupt: Bool = false,
            isEmpty: Bool = false, size: Int? = nil, lateWriter: Int? = nil, metadata: [String: String] = [:]
        ) {
            self.eTag = eTag ?? "e\(content ?? version)"
            self.version = version
            number = content
            self.isCorrupt = isCorrupt
            self.isEmpty = isEmpty
            self.size = size
            self.lateWriter = lateWriter
            self.metadata = metadata
        }
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
        /// The contents of the versions of each source.
        var versions: [ObjectReference: [Int: Int]] = [:]
        /// The sources that are being pixelated, and those whose outputs are being uploaded.
        var decoding: [ObjectReference: Int] = [:]
        var putting: [ObjectReference: Int] = [:]
        /// The latest version of each source whose event was delivered.
        var delivered: [ObjectReference: Int] = [:]
        /// The last version of each deleted source. It and earlier ones need no outputs any more.
        var deletedVersions: [ObjectReference: Int] = [:]
        var lastVersion = 0
        var corruptContents: Set<Int> = []
        var lastHandle = 0
        /// The events that wait for others, to share their message.
        var pending: [Event] = []
        var quarantined: [String: QuarantineRecord] = [:]
        /// The receipt handles whose delete has been confirmed to a process.
        var deletedHandles: Set<String> = []
        /// The processes that were killed or drained before the end.
        var interrupted: Set<Int> = []
        /// The processes and source keys with a call to the object store that has failed.
        var failedCalls: Set<FailedCall> = []
        var violations: [String] = []
        /// True when nothing fails any more.
        var faultsAreOver = false
        var receiveCalls = 0
        var puts = 0
    }

    struct FailedCall: Hashable, Sendable {
        var process: Int
        /// The key of a source, which is the end of the keys of its outputs.
        var source: Substring

        init(_ process: Int, _ object: ObjectReference) {
            self.process = process
            source = object.key.split(separator: "-").last ?? ""
        }
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
    /// All calls, in the order of their arrival, when `keepsCalls` is true.
    let calls = Locked<[String]>([])
    private let keepsCalls: Bool
    /// The processes that were killed in a call.
    let killed = Locked<[Int]>([])
    /// The working sets of the next pictures; those of later ones are random.
    let workingSets = Locked<[Int]>([])
    let faults: Faults
    /// The contents of the schedule by their numbers.
    private let contents: [Int: Schedule.Content]
    /// The receive count from which a record that is not broken can be stored in the quarantine.
    private let maxReceives: Int
    /// True when outputs never go back to an older version: puts have conditions, and no ETag returns.
    let isMonotonic: Bool
    /// True when a put is checked to begin while its worker holds the message.
    let checksHolders: Bool
    let log: EventLog
    let state: Locked<State>

    init(seed: UInt64, faults: Faults) {
        self.faults = faults
        arrivals = Broadcast(clock: clock)
        state = Locked(State(random: SplitMix.schedule(seed: seed)))
        keepsCalls = true
        contents = [:]
        maxReceives = 5
        isMonotonic = faults.conditionalWrites
        checksHolders = faults.duplicate == 0
        log = EventLog(keepsLines: false) { .zero }
    }

    init(_ schedule: Schedule, keepsLines: Bool) {
        faults = schedule.faults
        arrivals = Broadcast(clock: clock)
        state = Locked(State(random: SplitMix.schedule(seed: schedule.seed)))
        keepsCalls = false
        contents = Dictionary(schedule.contents.map { ($0.number, $0) }) { $1 }
        maxReceives = schedule.settings.maxReceives
        isMonotonic = faults.conditionalWrites && !schedule.hasReturns
        checksHolders = schedule.hasSingleHolders
        log = EventLog(keepsLines: keepsLines) { [clock] in clock.now }
    }

    /// The present second.
    var second: Int { Int(clock.now.components.seconds) }

    static func key(_ number: Int) -> String { "k\(number).jpg" }

    /// The time of the pixelation of a content in milliseconds; nil for a random time.
    func milliseconds(ofContent number: Int) -> Int? { contents[number]?.milliseconds }

    /// Returns the rule by which a call fails; nil when it succeeds.
    func rule(for call: ServiceCall, _ object: ObjectReference?) -> FaultRule? {
        guard !faults.rules.isEmpty else { return nil }
        let second = second
        return faults.rules.first { rule in
            guard rule.call == call, rule.seconds?.contains(second) ?? true else { return false }
            if let key = rule.key {
                guard let object, object.key.hasSuffix(Self.key(key)) else { return false }
            }
            return chance(rule.probability)
        }
    }

    func chance(_ probability: Double) -> Bool {
        // Without a schedule, the random numbers of a test do not depend on its faults.
        guard probability > 0 || keepsCalls else { return false }
        return state.withLock {
            !$0.faultsAreOver && Double.random(in: 0..<1, using: &$0.random) < probability
        }
    }

    func pick(_ range: ClosedRange<Int>) -> Int {
        state.withLock { Int.random(in: range, using: &$0.random) }
    }

    func jitter() -> Double { state.withLock { Double.random(in: 0...1, using: &$0.random) } }

    func reportViolation(_ what: String) {
        let now = clock.now
        state.withLock { $0.violations.append("at \(now): \(what)") }
    }

    /// Records that a process was killed or drained before the end.
    func interrupted(_ process: Int) { _ = state.withLock { $0.interrupted.insert(process) } }

    /// Records that a call to the object store has failed.
    func failed(_ process: Int, _ object: ObjectReference) {
        _ = state.withLock { $0.failedCalls.insert(FailedCall(process, object)) }
    }

    func after(milliseconds: Int, _ body: @escaping @Sendable () -> Void) {
        _ = clock.schedule(at: clock.now + .milliseconds(milliseconds), body)
    }

    // MARK: Uploads and messages

    /// Writes a new version of a source, whose event arrives after each of the delays in milliseconds.
    func upload(_ name: ObjectReference, content: Int, notifications: [Int], joinsNext: Bool) {
        let isCorrupt = contents[content]?.isBroken ?? false
        let version = state.withLock { state -> Int in
            state.lastVersion += 1
            let version = state.lastVersion
            if isCorrupt { state.corruptContents.insert(content) }
            if let old = state.objects[name] {
                log.note(.overwrite)
                if state.decoding[name, default: 0] > 0 { log.note(.overwriteDuringDecode) }
                if state.putting[name, default: 0] > 0 { log.note(.overwriteDuringUpload) }
                if old.content != content, state.versions[name]?.values.contains(content) ?? false {
                    log.note(.returned)
                }
            }
            if state.versions[name] == nil { state.sources.append(name) }
            state.versions[name, default: [:]][version] = content
            state.objects[name] = Object(version: version, content: content, isCorrupt: isCorrupt)
            return version
        }
        if isCorrupt { log.note(.broken) }
        if notifications.count > 1 { log.note(.repeated) }
        log.add("upload of v\(version) of \(name.key) with content \(content)\(isCorrupt ? ", broken" : "")")
        let event = Event(name: name, version: version, content: content)
        for delay in notifications {
            after(milliseconds: delay) { self.deliver(event, joinsNext: joinsNext) }
        }
    }

    private func deliver(_ event: Event, joinsNext: Bool) {
        let events = state.withLock { state -> [Event] in
            if state.delivered[event.name, default: 0] > event.version { log.note(.reordered) }
            state.delivered[event.name] = max(event.version, state.delivered[event.name, default: 0])
            state.pending.append(event)
            guard !joinsNext else { return [] }
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
        if events.count > 1 { log.note(.severalRecords) }
        log.add("message about \(events.map { "v\($0.version) of \($0.name.key)" }.joined(separator: ", "))")
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
        log.note(.unknownMessage)
        log.add("message of another kind")
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

    /// Returns the body of a message about one event.
    ///
    /// - Parameter size: The size that the event announces, in JSON; nil for none.
    static func body(of event: Event, size: String?) -> String {
        let part = size.map { "\"size\":\($0)," } ?? ""
        return "{\"Records\":[\(record(event).replacing("\"size\":1000,", with: part))]}"
    }

    static func record(_ event: Event) -> String {
        """
        {"eventVersion":"2.6","eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"t",
        "s3":{"bucket":{"name":"\(event.name.bucket)"},"object":{"key":"\(event.name.key)",
        "size":1000,"eTag":"e\(event.content)","sequencer":"\(sequencer(event.version))"}}}
        """
    }

    /// Records a call and returns its scripted fault, if it has one.
    func recordCall(_ name: () -> String) -> ScriptedFault? {
        guard keepsCalls else { return nil }
        let call = name()
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
        log.add("deletion of \(name.key)")
        state.withLock { state in
            guard let version = state.objects.removeValue(forKey: name)?.version else { return }
            log.note(.deletion)
            if state.decoding[name, default: 0] > 0 { log.note(.deletionDuringWork) }
            state.deletedVersions[name] = version
        }
    }

    private static func sequencer(_ version: Int) -> String {
        "00" + String(String(version + 0x1000_0000, radix: 16).uppercased())
    }

    /// The work of a worker on a source.
    enum Activity: Sendable {
        case decoding, putting
    }

    /// Records the begin of an activity with the source that has a version, and returns the name of this source.
    func begin(_ activity: Activity, ofVersion version: Int) -> ObjectReference? {
        let name = state.withLock { state in state.sources.first { state.versions[$0]?[version] != nil } }
        change(activity, of: name, by: 1)
        return name
    }

    func end(_ activity: Activity, of name: ObjectReference?) { change(activity, of: name, by: -1) }

    private func change(_ activity: Activity, of name: ObjectReference?, by change: Int) {
        guard let name else { return }
        state.withLock { state in
            switch activity {
            case .decoding: state.decoding[name, default: 0] += change
            case .putting: state.putting[name, default: 0] += change
            }
        }
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

    var isDone: Bool {
        state.withLock { state in
            var stay = false
            for message in state.messages where !message.isDeleted && !alwaysFails(message) {
                guard mayStay(message, state) else { return false }
                stay = true
            }
            // The other records of a message that stays must have their outputs.
            return !stay || state.sources.allSatisfy { !lacksOutputs($0, state) }
        }
    }

    /// True for a source that is a picture and has no outputs of its present content.
    private func lacksOutputs(_ name: ObjectReference, _ state: State) -> Bool {
        guard let source = state.objects[name], !source.isCorrupt else { return false }
        return Self.outputs(of: name).contains { !isCurrent($0, source, state) }
    }

    /// True for an output of the present content of its source, and for an older one that is tolerated.
    ///
    /// An older one is tolerated when a slow process has stored it after its lease, and its put had no condition, or one
    /// that was fulfilled because a content had come back. The process then inspects the source again, but it can be
    /// killed or drained before, or a call can fail, and the message is no longer in the queue.
    private func isCurrent(_ output: ObjectReference, _ source: Object, _ state: State) -> Bool {
        guard let found = state.objects[output] else { return false }
        if found.content == source.content { return true }
        guard !isMonotonic, let writer = found.lateWriter else { return false }
        return state.interrupted.contains(writer) || state.failedCalls.contains(FailedCall(writer, output))
    }

    /// True for a message with a permanent failure that cannot be stored, because there is no quarantine.
    private func mayStay(_ message: Message, _ state: State) -> Bool {
        guard !faults.hasQuarantine else { return false }
        return message.expected == .quarantined
            || message.events.contains { state.objects[$0.name]?.isCorrupt ?? false }
    }

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
                // Otherwise a put may replace a newer output for a moment, until its worker checks the source.
                if isMonotonic, found.version < event.version, source.version >= event.version {
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
        let content = record.eTag.flatMap { Int($0.dropFirst()) } ?? -1
        let isCorrupt = state.withLock { $0.corruptContents.contains(content) }
        let isUnknown = record.error == "not-understood" && record.key == nil
        if record.receiveCount >= maxReceives { log.note(.quarantinedAtLast) }
        if record.error == "corrupt" ? !isCorrupt : !isUnknown && record.receiveCount < maxReceives {
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
            // The message of the failing source may stay as long as no other message shows that the store works.
            for message in state.messages
            where !message.isDeleted && !alwaysFails(message) && !mayStay(message, state) {
                state.violations.append(
                    "\(message.id) is still in the queue after \(message.receiveCount) receives")
            }
            for name in state.sources where !alwaysFails(name) {
                guard let source = state.objects[name] else { continue }
                let reasons = reasons(for: source, name, state)
                guard !source.isCorrupt else {
                    if faults.hasQuarantine, reasons.isEmpty {
                        state.violations.append("the end: \(name.key) is broken, and no reason is stored")
                    }
                    continue
                }
                // A reason that was stored at the last receive stands for outputs.
                guard reasons.isEmpty else { continue }
                for output in Self.outputs(of: name) where !isCurrent(output, source, state) {
                    let found = state.objects[output].map { "v\($0.version)" } ?? "nothing"
                    state.violations.append(
                        "the end: \(output.key) is \(found), the source v\(source.version)")
                }
            }
            let expected = Set(state.versions.keys.flatMap(Self.outputs))
            let others = state.objects.keys.filter { $0.bucket == "out" && !expected.contains($0) }
            for output in others.sorted(by: { $0.key < $1.key }) where !state.versions.isEmpty {
                state.violations.append("the end: \(output.key) is no output of a source")
            }
        }
    }

    /// Returns the records in the quarantine that explain why a source in its present version has no outputs: those
    /// about its content, and those of messages about this version. Without conditions, or when a content comes back,
    /// the message about an earlier version can have replaced newer outputs, so that its record counts as well.
    private func reasons(
        for source: Object, _ name: ObjectReference, _ state: State
    ) -> [QuarantineRecord] {
        state.quarantined.values.filter { record in
            guard record.key == name.key else { return false }
            if source.isCorrupt, record.eTag == source.eTag { return true }
            return record.receiveCount >= maxReceives
                && state.messages.contains { message in
                    message.id == record.messageID
                        && message.events.contains {
                            $0.name == name && ($0.version == source.version || !isMonotonic)
                        }
                }
        }
    }
}
