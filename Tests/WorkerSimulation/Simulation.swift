// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import Metrics
import Scripted
import Support
import Worker

/// A random schedule: uploads and faults, then a time without faults, a drain, and the checks of the end.
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
    }

    private let cloud: FakeCloud
    private let faults: Faults
    private var replicas: [Replica] = []
    private var random: SplitMix
    /// The crashes and suspensions that are due. They happen between two jobs of the Swift runtime.
    private let processFaults = Locked<[(crash: Bool, Int, Duration)]>([])
    /// The numbers of the steps after which a process crashes.
    private var crashSteps: [Int] = []
    private var steps = 0
    /// The number of reloads that happened.
    private(set) var reloads = 0
    private let pendingReloads = Locked<[(Int, maxInFlight: Int, memoryBytes: Int)]>([])

    init(seed: UInt64, faults: Faults) {
        self.faults = faults
        cloud = FakeCloud(seed: seed, faults: faults)
        random = SplitMix.schedule(seed: seed ^ 0xABCD)
    }

    /// The time of the last fault.
    private static let endOfFaults = Duration.seconds(420)

    /// Runs the schedule.
    ///
    /// - Returns: The violations of invariants.
    func run() -> [String] {
        populate()
        for _ in 0..<faults.replicas { start() }
        scheduleFaults()
        drive(until: Self.endOfFaults)
        cloud.flush()
        cloud.state.withLock { $0.faultsAreOver = true }
        // Long enough for every visibility, backoff and freeze to end.
        drive(until: .seconds(faults.hasFailingSource ? 36_000 : 7200)) { self.cloud.isDone }
        for replica in replicas where !replica.isStopped { replica.worker.drain() }
        drive(until: cloud.clock.now + .seconds(400)) {
            self.replicas.allSatisfy { $0.hasEnded.withLock { $0 } }
        }
        for (index, replica) in replicas.enumerated() where !replica.hasEnded.withLock({ $0 }) {
            cloud.reportViolation("process \(index) did not end after its drain: \(replica.worker.status)")
        }
        cloud.checkEnd()
        checkCounts()
        return cloud.state.withLock { $0.violations }
    }

    var receiveCounts: [Int] { cloud.state.withLock { $0.messages.map(\.receiveCount) } }
    var puts: Int { cloud.state.withLock { $0.puts } }

    private func populate() {
        let count = cloud.pick(1...6)
        for index in 0..<count {
            let name = ObjectReference(bucket: "in", key: "k\(index).jpg")
            cloud.state.withLock { $0.sources.append(name) }
            cloud.after(milliseconds: cloud.pick(0...60_000)) { [cloud] in cloud.upload(name) }
            for _ in 0..<cloud.pick(faults.overwrites) {
                cloud.after(milliseconds: cloud.pick(60_001...200_000)) { [cloud] in cloud.upload(name) }
            }
            if cloud.chance(faults.deletion) {
                cloud.after(milliseconds: cloud.pick(60_001...240_000)) { [cloud] in cloud.delete(name) }
            }
        }
    }

    private func scheduleFaults() {
        for number in 0..<cloud.pick(faults.unknownMessages) {
            cloud.after(milliseconds: cloud.pick(0...200_000)) { [cloud] in cloud.sendUnknownMessage(number) }
        }
        for _ in 0..<cloud.pick(faults.crashes) {
            if cloud.pick(0...1) == 0 {
                scheduleProcessFault(isCrash: true)
            } else {
                crashSteps.append(cloud.pick(50...3000))
            }
        }
        for _ in 0..<cloud.pick(faults.freezes) { scheduleProcessFault(isCrash: false) }
        guard faults.reloads != 0...0 else { return }
        for _ in 0..<cloud.pick(faults.reloads) {
            let order = (
                cloud.pick(0...99), maxInFlight: cloud.pick(1...8), memoryBytes: cloud.pick(16...96) << 20
            )
            cloud.after(milliseconds: cloud.pick(0...240_000)) { [pendingReloads] in
                pendingReloads.withLock { $0.append(order) }
            }
        }
    }

    private func scheduleProcessFault(isCrash: Bool) {
        let pause = Duration.seconds(cloud.pick(1...120))
        let which = cloud.pick(0...99)
        cloud.after(milliseconds: cloud.pick(1000...240_000)) { [processFaults] in
            processFaults.withLock { $0.append((isCrash, which, pause)) }
        }
    }

    private func start() {
        let process = SimulatedProcess()
        let isDead = Locked(false)
        let hasEnded = Locked(false)
        let connection = FakeConnection(cloud: cloud, process: replicas.count, isDead: isDead)
        let metrics = WorkerMetrics()
        let worker = PixelationWorker(
            queue: FakeQueue(connection), store: FakeStore(connection),
            engine: FakeEngine(connection: connection),
            quarantine: faults.hasQuarantine ? FakeQuarantine(connection: connection) : nil, options: options,
            metrics: metrics, logger: Logger(label: "simulation", factory: { _ in SwiftLogNoOpLogHandler() }),
            clock: cloud.clock, random: { [cloud] in cloud.jitter() })
        let task = Task(executorPreference: process) {
            defer { hasEnded.withLock { $0 = true } }
            try await worker.run()
        }
        replicas.append(
            Replica(
                process: process, connection: connection, worker: worker, task: task, isDead: isDead,
                hasEnded: hasEnded,
                metrics: metrics))
    }

    private var options: WorkerOptions {
        var options = WorkerOptions()
        options.visibilitySeconds = 30
        options.waitSeconds = 10
        options.cpuWorkers = 2
        // Half of these may wait for the quarantine, which is enough for all messages.
        options.maxInFlight = faults.quarantineOutage == nil ? 4 : 12
        options.memoryBytes = 16 << 20
        options.maxReceives = faults.outage == nil ? 8 : 5
        options.output = OutputOptions(bucket: "out", conditionalWrites: faults.conditionalWrites)
        return options
    }

    /// Runs jobs in random order while there are any, then moves the clock; until `end` or `isDone`.
    private func drive(until end: Duration, _ isDone: () -> Bool = { false }) {
        while cloud.clock.now < end {
            steps += 1
            if crashSteps.contains(steps), cloud.clock.now < Self.endOfFaults {
                processFaults.withLock { $0.append((true, steps, .zero)) }
            }
            if steps % 16 == 0, isDone() { return }
            applyProcessFaults()
            reload()
            let now = cloud.clock.now
            let ready = replicas.indices.filter {
                replicas[$0].process.readyCount > 0 && replicas[$0].frozenUntil <= now
            }
            if let index = ready.randomElement(using: &random) {
                let process = replicas[index].process
                process.run(Int.random(in: 0..<process.readyCount, using: &random))
            } else if !cloud.clock.step() {
                if isDone() || replicas.allSatisfy({ $0.hasEnded.withLock { $0 } }) { return }
                guard let thaw = replicas.map(\.frozenUntil).filter({ $0 > now }).min() else {
                    return cloud.reportViolation("no job is ready and no task waits for the clock")
                }
                cloud.clock.advance(by: thaw - now)
            }
        }
    }

    private func applyProcessFaults() {
        let due = processFaults.withLock { faults -> [(crash: Bool, Int, Duration)] in
            let due = faults
            faults = []
            return due
        }
        for (isCrash, which, pause) in due {
            let alive = replicas.indices.filter { !replicas[$0].isStopped }
            guard !alive.isEmpty else { continue }
            let index = alive[which % alive.count]
            if isCrash {
                replicas[index].isStopped = true
                replicas[index].isDead.withLock { $0 = true }
                replicas[index].task.cancel()
                start()
            } else {
                replicas[index].frozenUntil = cloud.clock.now + pause
                // The clock needs an event at the end of the suspension.
                cloud.after(milliseconds: Int(pause.components.seconds) * 1000) {}
            }
        }
    }

    private func reload() {
        let due = pendingReloads.withLock { reloads in
            defer { reloads = [] }
            return reloads
        }
        for (which, maxInFlight, memoryBytes) in due {
            let alive = replicas.indices.filter { !replicas[$0].isStopped }
            guard !alive.isEmpty else { continue }
            let replica = replicas[alive[which % alive.count]]
            var changed = options
            changed.maxInFlight = maxInFlight
            changed.memoryBytes = memoryBytes
            replica.worker.apply(changed, engine: FakeEngine(connection: replica.connection))
            reloads += 1
        }
    }

    private func checkCounts() {
        let claimed = replicas.reduce(0) { $0 + Int($1.metrics.deleted.value) }
        let messages = cloud.state.withLock { $0.messages }
        // The delete of an old receipt handle succeeds without an effect, so the two agree only without losses.
        if faults.duplicate == 0, faults.freezes == 0...0, faults.crashes == 0...0, faults.failsAfter == 0,
            faults.isSlow == 0,
            claimed > messages.filter(\.isDeleted).count
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
