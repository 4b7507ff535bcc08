// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Scripted
import Support
import Testing
import Worker

@testable import WorkerSimulation

/// The circuit breaker through the whole worker, in virtual time, with objects that never work and with outages.
@Suite struct CircuitBreakerTests {
    /// Runs `scenario` with several seeds, several at once, and returns what it finds.
    private static func found(
        _ seeds: Int = 12, _ scenario: @escaping @Sendable (UInt64) -> [String]
    ) -> [String] {
        let environment = ProcessInfo.processInfo.environment
        let only = environment["PIXELATOR_SEED"].flatMap(UInt64.init)
        let count = environment["PIXELATOR_SCHEDULES"].flatMap(Int.init) ?? seeds
        let found = Locked<[String]>([])
        DispatchQueue.concurrentPerform(iterations: only == nil ? count : 1) { index in
            let seed = only ?? UInt64(index)
            let problems = scenario(seed).map { "seed \(seed): \($0)" }
            found.withLock { $0 += problems }
        }
        return found.withLock { Array($0.prefix(8)) }
    }

    /// Returns what differs from the requirements on objects that never work.
    private static func problems(
        of scenario: BreakerScenario, broken: Int, limit: Double = 10, until end: Int = 1500
    ) -> [String] {
        scenario.run(until: end) {
            scenario.latencies.count >= 40 && scenario.quarantinedCount == broken
        }
        var found = scenario.violations
        let latency = scenario.latency(percent: 90)
        if latency >= limit { found.append("the 90th percentile is \(latency) s") }
        let quarantined = scenario.quarantined("bad")
        if quarantined.count != broken { found.append("\(quarantined.count) of \(broken) are quarantined") }
        if !scenario.quarantined("good").isEmpty { found.append("healthy pictures are quarantined") }
        if scenario.receiveCounts("good").contains(where: { $0 > 1 }) {
            found.append("healthy pictures are received more than once")
        }
        if scenario.openings > 2 * broken { found.append("the breaker opens \(scenario.openings) times") }
        return found
    }

    /// Returns what differs from the requirements on an outage, during which and after which all pictures are healthy.
    private static func problems(afterOutage scenario: BreakerScenario, most: Int, until end: Int) -> [String]
    {
        scenario.run(until: end) { scenario.unfinished("") == 0 && scenario.cloud.clock.now > .seconds(20) }
        var found = scenario.violations
        if scenario.unfinished("good") > 0 { found.append("\(scenario.unfinished("good")) are not done") }
        let counts = scenario.receiveCounts("good").filter { $0 > most }
        if !counts.isEmpty { found.append("received \(counts)") }
        if !scenario.quarantined("good").isEmpty { found.append("healthy pictures are quarantined") }
        return found
    }

    // MARK: Objects that never work

    @Test(arguments: BrokenObject.allCases, [1, 2, 4, 8])
    func `objects that never work delay no healthy picture and are quarantined`(
        kind: BrokenObject, count: Int
    ) {
        let found = Self.found(2) { seed in
            let scenario = BreakerScenario(seed: seed) { $0.maxInFlight = 8 }
            scenario.upload(count, "bad", broken: kind)
            scenario.upload(150, "good", from: 5, every: 10)
            return Self.problems(of: scenario, broken: count)
        }
        #expect(found == [])
    }

    @Test(arguments: [1, 2, 8], [1, 3])
    func `objects with all faults together delay no healthy picture with few places`(
        maxInFlight: Int, workers: Int
    ) {
        let found = Self.found(4) { seed in
            let scenario = BreakerScenario(seed: seed, workers: workers) { $0.maxInFlight = maxInFlight }
            // Each repetition of a failed upload pixelates its source again, which is much work for one place.
            let kinds = maxInFlight < 8 ? BrokenObject.reading : BrokenObject.allCases
            for kind in kinds {
                scenario.upload(1, "bad-\(kind)", from: Double(seed % 3) * 7, every: 3, broken: kind)
            }
            scenario.upload(150, "good", from: 5, every: 10)
            return Self.problems(of: scenario, broken: kinds.count, limit: maxInFlight == 1 ? 20 : 10)
        }
        #expect(found == [])
    }

    @Test(arguments: [BrokenObject.slowDown, .hangingDownload, .reset, .outputDenied])
    func `healthy pictures are done while three times as many new objects never work`(kind: BrokenObject) {
        let found = Self.found(2) { seed in
            let scenario = BreakerScenario(seed: seed) { $0.maxInFlight = 8 }
            // A hanging request takes its place for 45 s, so fewer of them are as much work.
            let count = kind == .hangingDownload ? 15 : 45
            scenario.upload(count, "bad", from: 20, every: 3.3, broken: kind)
            scenario.upload(150, "good", from: 0, every: 10)
            return Self.problems(of: scenario, broken: count, limit: 30, until: 1200)
        }
        #expect(found == [])
    }

    // MARK: Outages

    @Test(arguments: [1, 3], [1, 2, 8])
    func `two minutes without S3 cost a message of a backlog at most one receive`(
        workers: Int, maxInFlight: Int
    ) {
        let found = Self.found(6) { seed in
            let faults = Faults(hasLongWork: false, outage: 20...140)
            let scenario = BreakerScenario(seed: seed, workers: workers, faults: faults) {
                $0.maxInFlight = maxInFlight
            }
            scenario.upload(60, "good-old", from: 18)
            scenario.upload(30, "good-new", from: 10, every: 5)
            return Self.problems(afterOutage: scenario, most: 2, until: 1200)
        }
        #expect(found == [])
    }

    @Test(arguments: [1, 3], [1, 2, 8])
    func `an hour without S3 costs a message of a backlog at most two receives`(
        workers: Int, maxInFlight: Int
    ) {
        let found = Self.found(4) { seed in
            let faults = Faults(hasLongWork: false, outage: 20...3620)
            let scenario = BreakerScenario(seed: seed, workers: workers, faults: faults) {
                $0.maxInFlight = maxInFlight
            }
            scenario.upload(60, "good-old", from: 18)
            scenario.upload(60, "good-new", from: 10, every: 60)
            return Self.problems(afterOutage: scenario, most: 3, until: 7200)
        }
        #expect(found == [])
    }

    @Test func `an outage costs healthy pictures no more when objects never work`() {
        let found = Self.found(6) { seed in
            let faults = Faults(hasLongWork: false, outage: 120...240)
            let scenario = BreakerScenario(seed: seed, workers: Int(seed % 2) + 1, faults: faults)
            for kind in [BrokenObject.keyDisabled, .slowDown, .hangingDownload, .outputDenied] {
                scenario.upload(1, "bad-\(kind)", broken: kind)
            }
            scenario.upload(240, "good", from: 5, every: 10)
            scenario.run(until: 3600) {
                scenario.unfinished("") == 0 && scenario.cloud.clock.now > .seconds(2400)
            }
            var found = scenario.violations
            if scenario.unfinished("") > 0 { found.append("\(scenario.unfinished("")) are not done") }
            let counts = scenario.receiveCounts("good").filter { $0 > 2 }
            if !counts.isEmpty { found.append("received \(counts)") }
            if scenario.quarantined("bad").count != 4 { found.append("\(scenario.quarantined("bad"))") }
            return found
        }
        #expect(found == [])
    }

    /// The client repeats a request twice as long as its retry quota allows it. When half of the requests fail, one of
    /// eight calls fails at first and half of them later; when 70 % fail, one of three fails at first.
    @Test(arguments: [0.125, 0.35, 0.5])
    func `a store that fails many requests delays pictures and loses none`(failing: Double) {
        let found = Self.found(failing > 0.2 ? 3 : 6) { seed in
            let faults = Faults(hasLongWork: false, failingStoreCalls: failing)
            let scenario = BreakerScenario(seed: seed, workers: Int(seed % 2) + 1, faults: faults)
            scenario.upload(60, "good", from: 5, every: 10)
            return Self.problems(afterOutage: scenario, most: 5, until: 9000)
        }
        #expect(found == [])
    }

    @Test(arguments: [1, 3])
    func `an hour without the quarantine costs a message at most two receives`(workers: Int) {
        let found = Self.found(4) { seed in
            let faults = Faults(hasLongWork: false, quarantineOutage: 20...3620)
            let scenario = BreakerScenario(seed: seed, workers: workers, faults: faults)
            scenario.upload(40, "bad", every: 10, isCorrupt: true)
            scenario.upload(60, "good", from: 5, every: 10)
            scenario.run(until: 7200) {
                scenario.unfinished("") == 0 && scenario.cloud.clock.now > .seconds(600)
            }
            var found = scenario.violations
            let latency = scenario.latency(percent: 90)
            if latency >= 10 { found.append("the 90th percentile is \(latency) s") }
            let counts = scenario.receiveCounts("").filter { $0 > 3 }
            if !counts.isEmpty { found.append("received \(counts)") }
            if scenario.quarantined("bad").count != 40 { found.append("not all are quarantined") }
            return found
        }
        #expect(found == [])
    }
}
