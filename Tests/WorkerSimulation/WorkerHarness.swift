// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import Metrics
import Scripted
import Support
import Worker

/// One worker at the simulated services, directed step by step. Time moves only when `run` says so.
final class WorkerHarness {
    let cloud: FakeCloud
    let worker: PixelationWorker
    let metrics = WorkerMetrics()
    private let process = SimulatedProcess()
    private let ended = Locked<Duration?>(nil)
    private let failure = Locked<WorkerError?>(nil)

    init(
        hasQuarantine: Bool = true, replacesRecords: Bool = false, answersEmptyPollsAtOnce: Bool = false,
        hasLongWork: Bool = true,
        random: Double = 1, tracer: Tracer? = nil,
        _ change: (inout WorkerOptions) -> Void = { _ in }
    ) {
        var faults = Faults()
        faults.hasQuarantine = hasQuarantine
        faults.answersEmptyPollsAtOnce = answersEmptyPollsAtOnce
        faults.hasLongWork = hasLongWork
        cloud = FakeCloud(seed: 1, faults: faults)
        var options = WorkerOptions()
        options.visibilitySeconds = 30
        options.waitSeconds = 10
        options.cpuWorkers = 2
        options.maxInFlight = 4
        options.memoryBytes = 16 << 20
        options.output = OutputOptions(bucket: "out")
        change(&options)
        let connection = FakeConnection(cloud: cloud, process: 0, isDead: Locked(false))
        worker = PixelationWorker(
            queue: FakeQueue(connection), store: FakeStore(connection),
            engine: FakeEngine(connection: connection),
            quarantine: hasQuarantine
                ? FakeQuarantine(connection: connection, replacesRecords: replacesRecords) : nil,
            options: options, metrics: metrics,
            logger: Logger(label: "harness", factory: { _ in SwiftLogNoOpLogHandler() }), clock: cloud.clock,
            random: { random }, tracer: tracer)
    }

    // MARK: The services

    /// Uploads a source and sends its message.
    func upload(_ keys: String..., to bucket: String = "in", isCorrupt: Bool = false) {
        cloud.announce(keys.map { put($0, in: bucket, isCorrupt: isCorrupt) })
    }

    /// Uploads a source without a message.
    @discardableResult
    func put(
        _ key: String, in bucket: String = "in", isCorrupt: Bool = false, isEmpty: Bool = false,
        size: Int? = nil, contentOf version: Int? = nil
    ) -> FakeCloud.Event {
        let name = ObjectReference(bucket: bucket, key: key)
        let version = cloud.state.withLock { state -> Int in
            state.lastVersion += 1
            state.objects[name] = FakeCloud.Object(
                version: state.lastVersion, content: version, isCorrupt: isCorrupt, isEmpty: isEmpty,
                size: size)
            return state.lastVersion
        }
        return FakeCloud.Event(name: name, version: version)
    }

    /// Delays the next `times` calls whose names contain `call`, or lets them fail.
    func inject(_ call: String, _ error: WorkerError.Kind? = nil, delay: Int = 0, times: Int = .max) {
        cloud.scriptedFaults.withLock {
            $0.append(FakeCloud.ScriptedFault(call: call, error: error, delay: .seconds(delay), times: times))
        }
    }

    /// The versions of the sources that the outputs were made from.
    var versions: [Int] {
        cloud.state.withLock { state in state.objects.filter { $0.key.bucket == "out" }.map(\.value.version) }
    }

    /// Marks a message as received once.
    func markReceived(_ index: Int) { cloud.state.withLock { $0.messages[index].receiveCount = 1 } }

    /// Makes a message visible although it is in flight.
    func makeVisible(_ index: Int) {
        let now = time
        cloud.state.withLock { $0.messages[index].visibleAt = now }
        cloud.arrivals.signal()
    }

    /// Lets another process receive a message and keep it.
    func receiveElsewhere(_ index: Int) {
        let until = time + .seconds(100_000)
        cloud.state.withLock { state in
            state.messages[index].handle = "elsewhere"
            state.messages[index].holder = -1
            state.messages[index].visibleAt = until
        }
    }

    func clearFaults() { cloud.scriptedFaults.withLock { $0 = [] } }

    func message(_ index: Int) -> FakeCloud.Message { cloud.state.withLock { $0.messages[index] } }
    var messages: [FakeCloud.Message] { cloud.state.withLock { $0.messages } }

    /// Returns the number of calls whose names contain all of `parts`.
    func calls(_ parts: String...) -> Int {
        cloud.calls.withLock { $0.filter { call in parts.allSatisfy(call.contains) }.count }
    }

    var outputs: [String] {
        cloud.state.withLock { state in state.objects.keys.filter { $0.bucket == "out" }.map(\.key).sorted() }
    }

    /// The message ids and record indices of the stored failures, such as `m0-0`.
    var quarantined: Set<String> { cloud.state.withLock { Set($0.quarantined.keys) } }
    func record(_ id: String) -> QuarantineRecord? { cloud.state.withLock { $0.quarantined[id] } }

    var time: Duration { cloud.clock.now }
    var now: Int { Int(time.components.seconds) }

    // MARK: The worker

    func start() {
        Task(executorPreference: process) { [worker, ended, failure, clock = cloud.clock] in
            do {
                try await worker.run()
            } catch {
                failure.withLock { $0 = error as? WorkerError }
            }
            ended.withLock { $0 = clock.now }
        }
    }

    /// The time at which `run` of the worker returned, in seconds; nil before.
    var end: Int? { ended.withLock { $0.map { Int($0.components.seconds) } } }
    /// The error that `run` threw.
    var error: WorkerError? { failure.withLock { $0 } }

    /// Runs the worker for `seconds` of virtual time, or until `isDone`.
    ///
    /// - Returns: The result of `isDone` at the end.
    @discardableResult
    func run(_ seconds: Int, until isDone: () -> Bool = { false }) -> Bool {
        let limit = cloud.clock.now + .seconds(seconds)
        while true {
            while process.readyCount > 0 { process.run(0) }
            if isDone() { return true }
            guard let next = cloud.clock.next, next <= limit else {
                cloud.clock.advance(by: max(.zero, limit - cloud.clock.now))
                while process.readyCount > 0 { process.run(0) }
                return isDone()
            }
            cloud.clock.step()
        }
    }
}
