// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import Metrics
import Scripted
import Support
import Worker

/// Several workers at one queue while single objects, the store or the quarantine fail. It measures the time from the
/// sending of a message to the end of the last upload of its outputs.
final class BreakerScenario {
    private struct Replica {
        var process: SimulatedProcess
        var worker: PixelationWorker
        var metrics: WorkerMetrics
        var hasEnded: Locked<Bool>
    }

    let cloud: FakeCloud
    private var replicas: [Replica] = []
    private var random: SplitMix
    /// The times at which the messages of the sources without outputs were sent.
    private var waiting: [String: Duration] = [:]
    private(set) var latencies: [String: Duration] = [:]
    private let due = Locked<[(key: String, isMeasured: Bool, isCorrupt: Bool)]>([])

    init(
        seed: UInt64, workers: Int = 1, faults: Faults = Faults(hasLongWork: false),
        _ change: (inout WorkerOptions) -> Void = { _ in }
    ) {
        cloud = FakeCloud(seed: seed, faults: faults)
        random = SplitMix.schedule(seed: seed ^ 0xBEEF)
        var options = WorkerOptions()
        options.cpuWorkers = 2
        options.output = OutputOptions(bucket: "out")
        change(&options)
        for _ in 0..<workers { start(options) }
    }

    /// Sends the messages of `count` sources, from the second `start` on and `interval` seconds apart.
    ///
    /// - Parameters:
    ///   - broken: The fault of the sources; nil for healthy ones, whose latency is measured.
    ///   - isCorrupt: True when the sources are no pictures.
    func upload(
        _ count: Int, _ prefix: String, from start: Double = 0, every interval: Double = 0,
        broken: BrokenObject? = nil, isCorrupt: Bool = false
    ) {
        for index in 0..<count {
            let key = "\(prefix)-\(index).jpg"
            if let broken { cloud.scriptedFaults.withLock { $0 += broken.faults(of: key) } }
            cloud.after(milliseconds: Int((start + interval * Double(index)) * 1000)) { [due] in
                due.withLock { $0.append((key, broken == nil && !isCorrupt, isCorrupt)) }
            }
        }
    }

    /// Runs the workers until the second `end`, or until `isDone`.
    func run(until end: Int, _ isDone: () -> Bool = { false }) {
        let end = Duration.seconds(end)
        while cloud.clock.now < end {
            uploadDue()
            let ready = replicas.indices.filter { replicas[$0].process.readyCount > 0 }
            if let index = ready.randomElement(using: &random) {
                let process = replicas[index].process
                process.run(Int.random(in: 0..<process.readyCount, using: &random))
            } else {
                measure()
                if isDone() { return }
                guard cloud.clock.step() else { return cloud.reportViolation("no task waits for the clock") }
            }
        }
    }

    /// Drains all workers.
    func stop() {
        for replica in replicas { replica.worker.drain() }
        run(until: Int(cloud.clock.now.components.seconds) + 400) {
            self.replicas.allSatisfy { $0.hasEnded.withLock { $0 } }
        }
    }

    // MARK: Results

    /// The latency in seconds below which `percent` of the measured pictures are; that of a picture that is not done
    /// is the time since its message was sent.
    func latency(percent: Int) -> Double {
        let now = cloud.clock.now
        let all = (Array(latencies.values) + waiting.values.map { now - $0 }).sorted()
        guard !all.isEmpty else { return .infinity }
        return all[min(all.count - 1, all.count * percent / 100)] / .seconds(1)
    }

    var violations: [String] { cloud.state.withLock { $0.violations } }
    var messages: [FakeCloud.Message] { cloud.state.withLock { $0.messages } }
    /// The keys of the quarantined sources whose keys begin with `prefix`, and the receive counts of their messages.
    func quarantined(_ prefix: String) -> [String: Int] {
        cloud.state.withLock { state in
            state.quarantined.values.reduce(into: [:]) { found, record in
                if let key = record.key, key.hasPrefix(prefix) { found[key] = record.receiveCount }
            }
        }
    }
    /// The number of quarantined records.
    var quarantinedCount: Int { cloud.state.withLock { $0.quarantined.count } }
    /// The receive counts of the messages of the sources whose keys begin with `prefix`.
    func receiveCounts(_ prefix: String) -> [Int] {
        messages.filter { $0.events.first?.name.key.hasPrefix(prefix) == true }.map(\.receiveCount)
    }
    /// The number of sources whose keys begin with `prefix` and whose messages are not deleted.
    func unfinished(_ prefix: String) -> Int {
        messages.count { !$0.isDeleted && $0.events.first?.name.key.hasPrefix(prefix) == true }
    }
    var isOpen: Bool { replicas.contains { $0.worker.status.opening != nil } }
    var openings: Int { replicas.reduce(0) { $0 + Int($1.metrics.breakerOpenings.value) } }
    /// The largest number of messages that one of the workers has in flight.
    var inFlight: Int { replicas.map(\.worker.status.inFlight).max() ?? 0 }

    // MARK: Steps

    private func uploadDue() {
        let uploads = due.withLock { due in
            defer { due = [] }
            return due
        }
        for (key, isMeasured, isCorrupt) in uploads {
            let name = ObjectReference(bucket: "in", key: key)
            let version = cloud.state.withLock { state -> Int in
                state.lastVersion += 1
                state.objects[name] = FakeCloud.Object(
                    eTag: "e\(state.lastVersion)", version: state.lastVersion, isCorrupt: isCorrupt)
                if isCorrupt { state.corruptContents.insert(state.lastVersion) }
                return state.lastVersion
            }
            if isMeasured { waiting[key] = cloud.clock.now }
            cloud.announce([FakeCloud.Event(name: name, version: version)])
        }
    }

    private func measure() {
        guard !waiting.isEmpty else { return }
        let now = cloud.clock.now
        let done = cloud.state.withLock { state in
            waiting.keys.filter { key in
                FakeCloud.outputs(of: ObjectReference(bucket: "in", key: key)).allSatisfy {
                    state.objects[$0] != nil
                }
            }
        }
        for key in done {
            if let sent = waiting.removeValue(forKey: key) { latencies[key] = now - sent }
        }
    }

    private func start(_ options: WorkerOptions) {
        let process = SimulatedProcess()
        let hasEnded = Locked(false)
        let metrics = WorkerMetrics()
        let connection = FakeConnection(cloud: cloud, process: replicas.count, isDead: Locked(false))
        let worker = PixelationWorker(
            queue: FakeQueue(connection), store: FakeStore(connection),
            engine: FakeEngine(connection: connection),
            quarantine: FakeQuarantine(connection: connection), options: options, metrics: metrics,
            logger: Logger(label: "scenario", factory: { _ in SwiftLogNoOpLogHandler() }), clock: cloud.clock,
            random: { [cloud] in cloud.jitter() })
        Task(executorPreference: process) {
            defer { hasEnded.withLock { $0 = true } }
            try await worker.run()
        }
        replicas.append(Replica(process: process, worker: worker, metrics: metrics, hasEnded: hasEnded))
    }
}
