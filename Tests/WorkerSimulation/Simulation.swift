// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import Metrics
import Scripted
import Support
import Worker

/// The run of a schedule: its events and faults, then a time without faults, a drain, and the checks of the end.
final class Simulation {
    private struct Replica {
        var process: SimulatedProcess
        var connection: FakeConnection
        var worker: PixelationWorker
        var task: Task<Void, any Error>
        var isDead: Locked<Bool>
        var hasEnded: Locked<Bool>
        var metrics: WorkerMetrics
        var frozenUntil = Duration.zero
        var isStopped = false
        var isDraining = false
        /// The number of jobs of the Swift runtime after which the process is killed; 0 when it is not.
        var jobsLeft = 0
        /// The place of the process, `Schedule.workers`.
        var place: Int
    }

    let schedule: Schedule
    private let cloud: FakeCloud
    private var faults: Faults { cloud.faults }
    private var replicas: [Replica] = []
    /// The replica at each place.
    private var places: [Int] = []
    private var random: SplitMix
    private var nextEvent = 0
    private var steps = 0
    /// The number of reloads that happened.
    private(set) var reloads = 0
    private let logger: (@Sendable (Int) -> Logger)?

    /// - Parameters:
    ///   - keepsLines: True to keep a line for each event in `log`.
    ///   - logger: The loggers of the workers by the numbers of their processes; nil for `log`.
    init(_ schedule: Schedule, keepsLines: Bool = false, logger: (@Sendable (Int) -> Logger)? = nil) {
        self.schedule = schedule
        self.logger = logger
        cloud = FakeCloud(schedule, keepsLines: keepsLines)
        random = SplitMix.schedule(seed: schedule.seed ^ 0xABCD)
    }

    /// Runs the schedule.
    ///
    /// - Returns: The violations of invariants.
    func run() -> [String] {
        if schedule.workers > 1 { cloud.log.note(.severalWorkers) }
        if !faults.conditionalWrites { cloud.log.note(.unconditional) }
        if !faults.hasQuarantine { cloud.log.note(.noQuarantine) }
        // The clock needs an event at the time of each action.
        for event in schedule.events { cloud.after(milliseconds: event.at) {} }
        for place in 0..<schedule.workers { start(at: place) }
        let endOfFaults = Duration.seconds(schedule.endOfFaults)
        cloud.after(milliseconds: schedule.endOfFaults * 1000) {}
        drive(until: endOfFaults)
        cloud.flush()
        cloud.log.add("nothing fails any more")
        cloud.state.withLock { $0.faultsAreOver = true }
        for index in replicas.indices {
            replicas[index].jobsLeft = 0
            replicas[index].connection.crashes.withLock { $0 = [] }
        }
        // Long enough for every visibility, backoff and freeze to end.
        drive(until: endOfFaults + .seconds(faults.hasFailingSource ? 36_000 : 14_400)) { self.cloud.isDone }
        for replica in replicas where !replica.isStopped { replica.worker.drain() }
        drive(until: cloud.clock.now + .seconds(400)) {
            self.replicas.allSatisfy { $0.hasEnded.withLock { $0 } }
        }
        for (index, replica) in replicas.enumerated() where !replica.hasEnded.withLock({ $0 }) {
            cloud.reportViolation("process \(index) did not end after its drain: \(replica.worker.status)")
        }
        cloud.checkEnd()
        if let most = schedule.mostReceives, let count = receiveCounts.max(), count > most {
            cloud.reportViolation("a message has more than \(most) receives: \(count)")
        }
        checkCounts()
        return cloud.state.withLock { $0.violations }
    }

    var receiveCounts: [Int] { cloud.state.withLock { $0.messages.map(\.receiveCount) } }
    var puts: Int { cloud.state.withLock { $0.puts } }
    var facts: Set<Fact> { cloud.log.facts }
    var lines: [String] { cloud.log.lines }
    /// A function that returns the virtual time.
    var now: @Sendable () -> Duration { { [cloud] in cloud.clock.now } }
    /// The virtual time of the end.
    var end: Duration { cloud.clock.now }

    // MARK: Events

    private func applyEvents() {
        let now = cloud.clock.now
        while nextEvent < schedule.events.count,
            .milliseconds(schedule.events[nextEvent].at) <= now
        {
            apply(schedule.events[nextEvent].action)
            nextEvent += 1
        }
        let killed = cloud.killed.withLock { killed in
            defer { killed = [] }
            return killed
        }
        for index in killed { replace(index) }
    }

    private func apply(_ action: Schedule.Action) {
        func name(_ key: Int) -> ObjectReference { ObjectReference(bucket: "in", key: FakeCloud.key(key)) }
        switch action {
        case .upload(let key, let content, let notifications, let joinsNext):
            cloud.upload(name(key), content: content, notifications: notifications, joinsNext: joinsNext)
        case .delete(let key): cloud.delete(name(key))
        case .unknownMessage(let number): cloud.sendUnknownMessage(number)
        case .crash(let worker, let afterJobs):
            guard let index = index(at: worker) else { return }
            if afterJobs == 0 { kill(index) } else { replicas[index].jobsLeft = afterJobs }
        case .crashInCall(let worker, let call, let number, let isAfterEffect):
            guard let index = index(at: worker) else { return }
            let crash = FakeConnection.CrashInCall(call: call, left: number, isAfterEffect: isAfterEffect)
            replicas[index].connection.crashes.withLock { $0.append(crash) }
        case .freeze(let worker, let seconds):
            guard let index = index(at: worker) else { return }
            cloud.log.note(.freeze)
            if seconds > schedule.settings.visibilitySeconds, replicas[index].worker.status.inFlight > 0 {
                cloud.log.note(.freezePastVisibility)
            }
            cloud.log.add("p\(index) is suspended for \(seconds) s")
            replicas[index].frozenUntil = cloud.clock.now + .seconds(seconds)
            // The clock needs an event at the end of the suspension.
            cloud.after(milliseconds: seconds * 1000) {}
        case .reload(let worker, let maxInFlight, let memoryMegabytes):
            guard let index = index(at: worker) else { return }
            let replica = replicas[index]
            cloud.log.note(.reload)
            if replica.worker.status.inFlight > 0 { cloud.log.note(.reloadInFlight) }
            cloud.log.add("p\(index) is reloaded")
            var changed = options
            changed.maxInFlight = maxInFlight
            changed.memoryBytes = memoryMegabytes << 20
            replica.worker.apply(changed, engine: FakeEngine(connection: replica.connection))
            reloads += 1
        case .drain(let worker):
            guard let index = index(at: worker), !replicas[index].isDraining else { return }
            cloud.log.note(.drain)
            if replicas[index].worker.status.inFlight > 0 { cloud.log.note(.drainInFlight) }
            cloud.log.add("p\(index) is drained")
            replicas[index].isDraining = true
            cloud.interrupted(index)
            replicas[index].worker.drain()
        }
    }

    private func index(at place: Int) -> Int? {
        places.isEmpty ? nil : places[place % places.count]
    }

    private func kill(_ index: Int) {
        cloud.log.add("p\(index) is killed")
        replicas[index].isDead.withLock { $0 = true }
        replace(index)
    }

    /// Replaces a process that was killed.
    private func replace(_ index: Int) {
        let replica = replicas[index]
        guard !replica.isStopped else { return }
        cloud.log.note(.crash)
        if replica.connection.writing.withLock({ $0 > 0 }) { cloud.log.note(.crashWhileWriting) }
        if replica.connection.decoding.withLock({ $0 > 0 }) { cloud.log.note(.crashWhileDecoding) }
        replicas[index].isStopped = true
        cloud.interrupted(index)
        replicas[index].frozenUntil = .zero
        replica.task.cancel()
        start(at: replica.place)
    }

    /// Replaces the processes whose drain is complete, and returns whether there were any.
    private func replaceDrained() -> Bool {
        let drained = places.filter { index in
            replicas[index].isDraining && !replicas[index].isStopped
                && replicas[index].hasEnded.withLock { $0 }
        }
        for index in drained {
            replicas[index].isStopped = true
            start(at: replicas[index].place)
        }
        return !drained.isEmpty
    }

    private func start(at place: Int) {
        let process = SimulatedProcess()
        let isDead = Locked(false)
        let hasEnded = Locked(false)
        let connection = FakeConnection(cloud: cloud, process: replicas.count, isDead: isDead)
        let metrics = WorkerMetrics()
        let worker = PixelationWorker(
            queue: FakeQueue(connection), store: FakeStore(connection),
            engine: FakeEngine(connection: connection),
            quarantine: faults.hasQuarantine ? FakeQuarantine(connection: connection) : nil, options: options,
            metrics: metrics,
            logger: logger?(replicas.count) ?? cloud.log.logger(process: replicas.count),
            clock: cloud.clock, random: { [cloud] in cloud.jitter() })
        let task = Task(executorPreference: process) {
            defer { hasEnded.withLock { $0 = true } }
            try await worker.run()
        }
        cloud.log.add("p\(replicas.count) starts")
        if place < places.count { places[place] = replicas.count } else { places.append(replicas.count) }
        replicas.append(
            Replica(
                process: process, connection: connection, worker: worker, task: task, isDead: isDead,
                hasEnded: hasEnded, metrics: metrics, place: place))
    }

    private var options: WorkerOptions {
        let settings = schedule.settings
        var options = WorkerOptions()
        options.visibilitySeconds = settings.visibilitySeconds
        options.waitSeconds = settings.waitSeconds
        options.cpuWorkers = settings.cpuWorkers
        options.maxInFlight = settings.maxInFlight
        options.memoryBytes = settings.memoryMegabytes << 20
        options.maxReceives = settings.maxReceives
        options.drainSeconds = settings.drainSeconds
        options.output = OutputOptions(bucket: "out", conditionalWrites: faults.conditionalWrites)
        return options
    }

    /// Runs jobs in random order while there are any, then moves the clock; until `end` or `isDone`.
    private func drive(until end: Duration, _ isDone: () -> Bool = { false }) {
        var ready: [Int] = []
        while cloud.clock.now < end {
            steps += 1
            if steps % 64 == 0, isDone() { return }
            applyEvents()
            let now = cloud.clock.now
            ready.removeAll(keepingCapacity: true)
            for index in replicas.indices
            where replicas[index].frozenUntil <= now && replicas[index].process.readyCount > 0 {
                ready.append(index)
            }
            if let index = ready.randomElement(using: &random) {
                let process = replicas[index].process
                process.run(Int.random(in: 0..<process.readyCount, using: &random))
                if replicas[index].jobsLeft > 0 {
                    replicas[index].jobsLeft -= 1
                    if replicas[index].jobsLeft == 0, !replicas[index].isStopped { kill(index) }
                }
                continue
            }
            if replaceDrained() || cloud.clock.step() { continue }
            if isDone() || replicas.allSatisfy({ $0.hasEnded.withLock { $0 } }) { return }
            guard let thaw = replicas.map(\.frozenUntil).filter({ $0 > now }).min() else {
                return cloud.reportViolation("no job is ready and no task waits for the clock")
            }
            cloud.clock.advance(by: thaw - now)
        }
    }

    private func checkCounts() {
        let claimed = replicas.reduce(0) { $0 + Int($1.metrics.deleted.value) }
        let messages = cloud.state.withLock { $0.messages }
        // The delete of an old receipt handle succeeds without an effect, so the two agree only without losses.
        if schedule.hasSingleHolders, !facts.contains(.crash), faults.failsAfter == 0, faults.isSlow == 0,
            faults.rules.isEmpty, claimed > messages.filter(\.isDeleted).count
        {
            cloud.reportViolation(
                "\(claimed) deletes are claimed, \(messages.filter(\.isDeleted).count) happened")
        }
        for replica in replicas {
            let status = replica.worker.status
            if status.inFlight != 0 && !replica.isStopped {
                cloud.reportViolation("\(status.inFlight) left in flight")
            }
            if status.bytesInFlight != 0 {
                cloud.reportViolation("\(status.bytesInFlight) bytes never released")
            }
        }
    }
}
