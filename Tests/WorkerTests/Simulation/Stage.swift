// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import Metrics
import Scripted
import Support
import Worker

/// One worker in the simulated world, directed step by step. Time moves only when `run` says so.
final class Stage {
    let world: World
    let worker: PixelationWorker
    let metrics = WorkerMetrics()
    private let process = SimulatedProcess()
    private let ended = Locked<Duration?>(nil)
    private let failure = Locked<WorkerError?>(nil)

    init(
        hasQuarantine: Bool = true, isImpatient: Bool = false, random: Double = 1,
        _ change: (inout WorkerOptions) -> Void = { _ in }
    ) {
        var faults = Faults()
        faults.hasQuarantine = hasQuarantine
        faults.isImpatient = isImpatient
        world = World(seed: 1, faults: faults)
        var options = WorkerOptions()
        options.visibilitySeconds = 30
        options.waitSeconds = 10
        options.cpuWorkers = 2
        options.maxInFlight = 4
        options.memoryBytes = 16 << 20
        options.output = OutputOptions(bucket: "out")
        change(&options)
        let line = Line(world: world, process: 0, isDead: Locked(false))
        worker = PixelationWorker(
            queue: ModelQueue(line), store: ModelStore(line), engine: ModelEngine(line: line),
            quarantine: hasQuarantine ? ModelQuarantine(line: line) : nil, options: options, metrics: metrics,
            logger: Logger(label: "stage", factory: { _ in SwiftLogNoOpLogHandler() }), clock: world.clock,
            random: { random })
    }

    // MARK: The world

    /// Puts a source in place and announces it.
    func upload(_ keys: String..., isCorrupt: Bool = false) {
        world.announce(keys.map { put($0, isCorrupt: isCorrupt) })
    }

    /// Puts a source in place and keeps quiet about it.
    @discardableResult
    func put(_ key: String, isCorrupt: Bool = false, contentOf version: Int? = nil) -> World.Event {
        let name = ObjectReference(bucket: "in", key: key)
        let version = world.model.withLock { model -> Int in
            model.lastVersion += 1
            model.objects[name] = World.Object(
                eTag: "e\(version ?? model.lastVersion)", version: model.lastVersion, isCorrupt: isCorrupt)
            return model.lastVersion
        }
        return World.Event(name: name, version: version)
    }

    func trouble(_ call: String, _ error: WorkerError.Kind? = nil, delay: Int = 0, times: Int = .max) {
        world.troubles.withLock {
            $0.append(World.Trouble(call: call, error: error, delay: .seconds(delay), times: times))
        }
    }

    /// The version of each output's source.
    var versions: [Int] {
        world.model.withLock { model in model.objects.filter { $0.key.bucket == "out" }.map(\.value.version) }
    }

    /// As if somebody had received the message before.
    func age(_ index: Int) { world.model.withLock { $0.messages[index].receiveCount = 1 } }

    /// The queue shows a message again although it is in somebody's hands.
    func showAgain(_ index: Int) {
        let now = time
        world.model.withLock { $0.messages[index].visibleAt = now }
        world.arrivals.signal()
    }

    /// The queue gives a message to somebody else, who keeps it.
    func steal(_ index: Int) {
        let until = time + .seconds(100_000)
        world.model.withLock { model in
            model.messages[index].handle = "another's"
            model.messages[index].holder = -1
            model.messages[index].visibleAt = until
        }
    }

    func clearTroubles() { world.troubles.withLock { $0 = [] } }

    func message(_ index: Int) -> World.Message { world.model.withLock { $0.messages[index] } }
    var messages: [World.Message] { world.model.withLock { $0.messages } }

    /// How many calls were made whose name contains all of these.
    func calls(_ parts: String...) -> Int {
        world.calls.withLock { $0.filter { call in parts.allSatisfy(call.contains) }.count }
    }

    var outputs: [String] {
        world.model.withLock { model in model.objects.keys.filter { $0.bucket == "out" }.map(\.key).sorted() }
    }

    /// Message and record of each stored reason.
    var quarantined: Set<String> { world.model.withLock { Set($0.quarantined.keys) } }
    func reason(_ id: String) -> QuarantineRecord? { world.model.withLock { $0.quarantined[id] } }

    var time: Duration { world.clock.now }
    var now: Int { Int(time.components.seconds) }

    // MARK: The worker

    func start() {
        Task(executorPreference: process) { [worker, ended, failure, clock = world.clock] in
            do {
                try await worker.run()
            } catch {
                failure.withLock { $0 = error as? WorkerError }
            }
            ended.withLock { $0 = clock.now }
        }
    }

    /// When `run` of the worker returned, in seconds.
    var end: Int? { ended.withLock { $0.map { Int($0.components.seconds) } } }
    /// What it threw.
    var error: WorkerError? { failure.withLock { $0 } }

    /// Lets everything happen that happens within so many seconds; stops early when `isDone`.
    @discardableResult
    func run(_ seconds: Int, until isDone: () -> Bool = { false }) -> Bool {
        let limit = world.clock.now + .seconds(seconds)
        while true {
            while process.readyCount > 0 { process.run(0) }
            if isDone() { return true }
            guard let next = world.clock.next, next <= limit else {
                world.clock.advance(by: max(.zero, limit - world.clock.now))
                while process.readyCount > 0 { process.run(0) }
                return isDone()
            }
            world.clock.step()
        }
    }
}
