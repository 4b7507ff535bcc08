// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Support
import Testing

@testable import Worker
@testable import WorkerSimulation

/// Random schedules through the real worker on a virtual clock. A failure prints its seed; `PIXELATOR_SEED` runs
/// that one alone, `PIXELATOR_SCHEDULES` sets how many each kind runs.
@Suite struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    private static func violations(_ profile: Profile, schedules: Int = 250) -> [String] {
        found(schedules) { Simulation(Schedule(seed: $0, profile: profile)).run() }
    }

    /// Returns the violations that `run` finds in schedules of different seeds, up to about six. Several schedules run
    /// at once.
    private static func found(
        _ schedules: Int, _ run: @escaping @Sendable (UInt64) -> [String]
    ) -> [String] {
        let count = environment["PIXELATOR_SCHEDULES"].flatMap(Int.init) ?? schedules
        let only = environment["PIXELATOR_SEED"].flatMap(UInt64.init)
        let found = Locked<[String]>([])
        DispatchQueue.concurrentPerform(iterations: only == nil ? count : 1) { index in
            guard found.withLock({ $0.count <= 6 }) else { return }
            let seed = only ?? UInt64(index)
            let violations = run(seed).prefix(3).map { "seed \(seed): \($0)" }
            found.withLock { $0 += violations }
        }
        return found.withLock { $0 }
    }

    @Test func `every message becomes five outputs and is received once without faults`() {
        let found = Self.found(100) { seed in
            let simulation = Simulation(Schedule(seed: seed, profile: Profile()))
            var found = simulation.run()
            let counts = simulation.receiveCounts
            if counts.contains(where: { $0 != 1 }) { found.append("received \(counts)") }
            if simulation.puts != 5 * counts.count { found.append("\(simulation.puts) puts") }
            return found
        }
        #expect(found == [])
    }

    @Test func `lossy calls and partial batches lose no message, and each has one holder`() {
        let faults = Faults(failsBefore: 0.05, failsAfter: 0.05, isSlow: 0.05, refusal: 0.1)
        #expect(Self.violations(Profile(faults: faults, corrupt: 0.1)) == [])
    }

    @Test func `replicas that crash at any await lose no message, and each has one holder`() {
        let faults = Faults(failsBefore: 0.02, isSlow: 0.05)
        let profile = Profile(faults: faults, corrupt: 0.1, crashes: 1...5, replicas: 2...2)
        #expect(Self.violations(profile) == [])
    }

    @Test func `reloads lose no message and leak no lease or memory`() {
        let faults = Faults(failsBefore: 0.03, failsAfter: 0.03, isSlow: 0.05, refusal: 0.1)
        let profile = Profile(faults: faults, corrupt: 0.1, reloads: 1...12, replicas: 2...2)
        #expect(Self.violations(profile) == [])
        let faultless = Self.found(60) { seed in
            let simulation = Simulation(Schedule(seed: seed, profile: Profile(reloads: 5...12)))
            var found = simulation.run()
            let counts = simulation.receiveCounts
            if counts.contains(where: { $0 != 1 }) { found.append("a lease was lost: \(counts)") }
            return simulation.reloads > 0 ? found : found + ["no reload happened"]
        }
        #expect(faultless == [])
    }

    @Test func `overwritten keys end with outputs of the newest version and never return to older ones`() {
        let faults = Faults(failsBefore: 0.03, failsAfter: 0.03, isSlow: 0.05, refusal: 0.05, duplicate: 0.1)
        let profile = Profile(
            faults: faults, overwrites: 0...4, deletion: 0.1, corrupt: 0.1, crashes: 0...3, freezes: 0...3,
            replicas: 3...3)
        #expect(Self.violations(profile) == [])
    }

    @Test func `messages with several, late or repeated events end like all others`() {
        let faults = Faults(
            failsBefore: 0.03, failsAfter: 0.03, isSlow: 0.03, refusal: 0.05, duplicate: 0.05)
        let profile = Profile(
            faults: faults, grouped: 0.5, late: 0.3, repeated: 0.2, overwrites: 0...3, deletion: 0.1,
            corrupt: 0.15, unknownMessages: 0...6, crashes: 0...3, freezes: 0...1, replicas: 2...2)
        #expect(Self.violations(profile, schedules: 400) == [])
    }

    @Test func `outputs end with the newest version without conditional writes`() {
        let faults = Faults(isSlow: 0.05, duplicate: 0.1, conditionalWrites: false)
        let profile = Profile(faults: faults, overwrites: 0...4, deletion: 0.1, replicas: 3...3)
        #expect(Self.violations(profile) == [])
    }

    @Test(arguments: [1, 3])
    func `two minutes without S3 cost a message at most one receive`(replicas: Int) {
        #expect(Self.found(100) { Self.outage(20...140, replicas, most: 2, seed: $0) } == [])
    }

    @Test(arguments: [1, 3])
    func `half a minute without S3 costs no receive`(replicas: Int) {
        #expect(Self.found(100) { Self.outage(20...50, replicas, most: 1, seed: $0) } == [])
    }

    @Test(arguments: [1, 3])
    func `two minutes without the quarantine cost a message at most one receive`(replicas: Int) {
        // Half of the 12 places may wait for the quarantine, which is enough for all messages.
        let profile = Profile(
            faults: Faults(hasLongWork: false, quarantineOutage: 20...140),
            settings: .init(maxInFlight: 12), corrupt: 0.5, replicas: replicas...replicas)
        let found = Self.found(100) { seed in
            let simulation = Simulation(Schedule(seed: seed, profile: profile))
            let found = simulation.run()
            let counts = simulation.receiveCounts
            return counts.contains { $0 > 2 } ? found + ["received \(counts)"] : found
        }
        #expect(found == [])
    }

    private static func outage(
        _ seconds: ClosedRange<Int>, _ replicas: Int, most: Int, seed: UInt64
    ) -> [String] {
        let profile = Profile(
            faults: Faults(hasLongWork: most > 1, outage: seconds), settings: .init(maxReceives: 5),
            replicas: replicas...replicas)
        let simulation = Simulation(Schedule(seed: seed, profile: profile))
        let found = simulation.run()
        let counts = simulation.receiveCounts
        return counts.contains { $0 > most } ? found + ["received \(counts)"] : found
    }

    @Test func `one object with a disabled key does not hold the other messages`() {
        let profile = Profile(faults: Faults(hasFailingSource: true), overwrites: 3...4)
        #expect(Self.violations(profile, schedules: 100) == [])
    }

    @Test func `contents that come back end as the newest version`() {
        let faults = Faults(failsBefore: 0.03, failsAfter: 0.03, isSlow: 0.05, duplicate: 0.1)
        let profile = Profile(
            faults: faults, late: 0.3, overwrites: 2...4, returning: 0.7, deletion: 0.1, corrupt: 0.1,
            replicas: 2...2)
        #expect(Self.violations(profile) == [])
    }

    @Test(arguments: Faults.BrokenPart.allCases)
    func `the simulation notices broken services`(brokenPart: Faults.BrokenPart) {
        // Messages are received more than once because of kills.
        let profile = Profile(
            faults: Faults(refusal: 0.3, brokenPart: brokenPart),
            crashes: brokenPart == .deletes ? 1...3 : 0...0, replicas: 2...2)
        #expect(Self.violations(profile, schedules: 60) != [])
    }

    @Test func `random schedules without interruptions notice a heartbeat without an effect`() {
        let schedules = (0..<2000).map(Schedule.random).filter { $0.mostReceives == 1 }
        #expect(schedules.count > 10)
        #expect(
            schedules.contains { schedule in
                var schedule = schedule
                schedule.faults.brokenPart = .heartbeats
                return Simulation(schedule).run().contains { $0.contains("more than 1 receives") }
            })
    }
}
