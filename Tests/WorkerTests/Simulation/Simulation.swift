// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import Metrics
import Scripted
import Support
import Worker

/// One random schedule: uploads, faults, crashes, and then calm, drain and judgement.
final class Simulation {
    private struct Replica {
        var process: SimulatedProcess
        var line: Line
        var worker: PixelationWorker
        var task: Task<Void, any Error>
        var isDead: Locked<Bool>
        var hasEnded: Locked<Bool>
        var metrics: WorkerMetrics
        var frozenUntil = Duration.zero
        var isStopped = false
    }

    private let world: World
    private let faults: Faults
    private var replicas: [Replica] = []
    private var random: SplitMix
    /// Replicas ordered to crash or freeze by the clock; carried out between two jobs.
    private let orders = Locked<[(crash: Bool, Int, Duration)]>([])
    /// Steps after which somebody crashes: in the middle of whatever is going on.
    private var crashSteps: [Int] = []
    private var steps = 0
    /// How often each replica was given other options: proof that it happened at all.
    private(set) var reloads = 0
    private let reloadOrders = Locked<[(Int, maxInFlight: Int, memoryBytes: Int)]>([])

    init(seed: UInt64, faults: Faults) {
        self.faults = faults
        world = World(seed: seed, faults: faults)
        random = SplitMix.schedule(seed: seed ^ 0xABCD)
    }

    /// From now on nothing goes wrong any more.
    private static let calm = Duration.seconds(420)

    /// Runs the schedule and returns everything that was violated.
    func run() -> [String] {
        populate()
        for _ in 0..<faults.replicas { start() }
        misfortunes()
        drive(until: Self.calm)
        world.flush()
        world.model.withLock { $0.isCalm = true }
        // Long enough for every visibility, backoff and freeze to end.
        drive(until: .seconds(faults.hasBadApple ? 36_000 : 7200)) { self.world.isDone }
        for replica in replicas where !replica.isStopped { replica.worker.drain() }
        drive(until: world.clock.now + .seconds(400)) {
            self.replicas.allSatisfy { $0.hasEnded.withLock { $0 } }
        }
        for (index, replica) in replicas.enumerated() where !replica.hasEnded.withLock({ $0 }) {
            world.violated("process \(index) did not end after its drain: \(replica.worker.status)")
        }
        world.checkEnd()
        checkCounts()
        return world.model.withLock { $0.violations }
    }

    var receiveCounts: [Int] { world.model.withLock { $0.messages.map(\.receiveCount) } }
    var puts: Int { world.model.withLock { $0.puts } }

    private func populate() {
        let count = world.pick(1...6)
        for index in 0..<count {
            let name = ObjectReference(bucket: "in", key: "k\(index).jpg")
            world.model.withLock { $0.sources.append(name) }
            world.after(milliseconds: world.pick(0...60_000)) { [world] in world.upload(name) }
            for _ in 0..<world.pick(faults.overwrites) {
                world.after(milliseconds: world.pick(60_001...200_000)) { [world] in world.upload(name) }
            }
            if world.chance(faults.deletion) {
                world.after(milliseconds: world.pick(60_001...240_000)) { [world] in world.delete(name) }
            }
        }
    }

    private func misfortunes() {
        for number in 0..<world.pick(faults.strangers) {
            world.after(milliseconds: world.pick(0...200_000)) { [world] in world.sendStranger(number) }
        }
        for _ in 0..<world.pick(faults.crashes) {
            if world.pick(0...1) == 0 {
                order(isCrash: true)
            } else {
                crashSteps.append(world.pick(50...3000))
            }
        }
        for _ in 0..<world.pick(faults.freezes) { order(isCrash: false) }
        guard faults.reloads != 0...0 else { return }
        for _ in 0..<world.pick(faults.reloads) {
            let order = (
                world.pick(0...99), maxInFlight: world.pick(1...8), memoryBytes: world.pick(16...96) << 20
            )
            world.after(milliseconds: world.pick(0...240_000)) { [reloadOrders] in
                reloadOrders.withLock { $0.append(order) }
            }
        }
    }

    private func order(isCrash: Bool) {
        let pause = Duration.seconds(world.pick(1...120))
        let which = world.pick(0...99)
        world.after(milliseconds: world.pick(1000...240_000)) { [orders] in
            orders.withLock { $0.append((isCrash, which, pause)) }
        }
    }

    private func start() {
        let process = SimulatedProcess()
        let isDead = Locked(false)
        let hasEnded = Locked(false)
        let line = Line(world: world, process: replicas.count, isDead: isDead)
        let metrics = WorkerMetrics()
        let worker = PixelationWorker(
            queue: ModelQueue(line), store: ModelStore(line), engine: ModelEngine(line: line),
            quarantine: faults.hasQuarantine ? ModelQuarantine(line: line) : nil, options: options,
            metrics: metrics, logger: Logger(label: "simulation", factory: { _ in SwiftLogNoOpLogHandler() }),
            clock: world.clock, random: { [world] in world.spread() })
        let task = Task(executorPreference: process) {
            defer { hasEnded.withLock { $0 = true } }
            try await worker.run()
        }
        replicas.append(
            Replica(
                process: process, line: line, worker: worker, task: task, isDead: isDead, hasEnded: hasEnded,
                metrics: metrics))
    }

    private var options: WorkerOptions {
        var options = WorkerOptions()
        options.visibilitySeconds = 30
        options.waitSeconds = 10
        options.cpuWorkers = 2
        // Half of them hold what cannot be set aside: enough for all there is.
        options.maxInFlight = faults.quarantineOpening == nil ? 4 : 12
        options.memoryBytes = 16 << 20
        options.maxReceives = faults.outage == nil ? 8 : 5
        options.output = OutputOptions(bucket: "out", conditionalWrites: faults.conditionalWrites)
        return options
    }

    /// Runs jobs in random order while there are any, then moves the clock; until `end` or `isDone`.
    private func drive(until end: Duration, _ isDone: () -> Bool = { false }) {
        while world.clock.now < end {
            steps += 1
            if crashSteps.contains(steps), world.clock.now < Self.calm {
                orders.withLock { $0.append((true, steps, .zero)) }
            }
            if steps % 16 == 0, isDone() { return }
            obey()
            reload()
            let now = world.clock.now
            let ready = replicas.indices.filter {
                replicas[$0].process.readyCount > 0 && replicas[$0].frozenUntil <= now
            }
            if let index = ready.randomElement(using: &random) {
                let process = replicas[index].process
                process.run(Int.random(in: 0..<process.readyCount, using: &random))
            } else if !world.clock.step() {
                if isDone() || replicas.allSatisfy({ $0.hasEnded.withLock { $0 } }) { return }
                guard let thaw = replicas.map(\.frozenUntil).filter({ $0 > now }).min() else {
                    return world.violated("nothing is ready and nobody waits for the clock")
                }
                world.clock.advance(by: thaw - now)
            }
        }
    }

    private func obey() {
        let due = orders.withLock { orders -> [(crash: Bool, Int, Duration)] in
            let due = orders
            orders = []
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
                replicas[index].frozenUntil = world.clock.now + pause
                // So that the clock has something to move to.
                world.after(milliseconds: Int(pause.components.seconds) * 1000) {}
            }
        }
    }

    private func reload() {
        let due = reloadOrders.withLock { orders in
            defer { orders = [] }
            return orders
        }
        for (which, maxInFlight, memoryBytes) in due {
            let alive = replicas.indices.filter { !replicas[$0].isStopped }
            guard !alive.isEmpty else { continue }
            let replica = replicas[alive[which % alive.count]]
            var changed = options
            changed.maxInFlight = maxInFlight
            changed.memoryBytes = memoryBytes
            replica.worker.apply(changed, engine: ModelEngine(line: replica.line))
            reloads += 1
        }
    }

    private func checkCounts() {
        let claimed = replicas.reduce(0) { $0 + Int($1.metrics.deleted.value) }
        let messages = world.model.withLock { $0.messages }
        // An old handle's delete is answered with success, so only without losses do the two agree.
        if faults.duplicate == 0, faults.freezes == 0...0, faults.crashes == 0...0, faults.failsAfter == 0,
            faults.isSlow == 0,
            claimed > messages.filter(\.isDeleted).count
        {
            world.violated("\(claimed) deletes are claimed, \(messages.filter(\.isDeleted).count) happened")
        }
        for replica in replicas {
            let status = replica.worker.status
            if status.inFlight != 0 && !replica.isStopped {
                world.violated("\(status.inFlight) left in flight")
            }
            if status.bytesInFlight != 0 { world.violated("\(status.bytesInFlight) bytes never given back") }
        }
    }
}
