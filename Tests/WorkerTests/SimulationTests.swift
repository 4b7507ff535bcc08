// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Worker

/// Random schedules through the real worker on a virtual clock. A failure prints its seed; `PIXELATOR_SEED` runs
/// that one alone, `PIXELATOR_SCHEDULES` sets how many each kind runs.
@Suite struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    private static func violations(_ faults: Faults, schedules: Int = 60) -> [String] {
        let count = environment["PIXELATOR_SCHEDULES"].flatMap(Int.init) ?? schedules
        let seeds: any Sequence<UInt64> =
            environment["PIXELATOR_SEED"].flatMap(UInt64.init).map { [$0] } ?? (0..<UInt64(count)).map { $0 }
        var found: [String] = []
        for seed in seeds {
            for violation in Simulation(seed: seed, faults: faults).run().prefix(3) {
                found.append("seed \(seed): \(violation)")
            }
            if found.count > 6 { break }
        }
        return found
    }

    @Test func `without faults every message becomes five outputs and is received once`() {
        for seed in 0..<100 as Range<UInt64> {
            let simulation = Simulation(seed: seed, faults: Faults())
            #expect(simulation.run() == [], "seed \(seed)")
            #expect(simulation.receiveCounts.allSatisfy { $0 == 1 }, "seed \(seed)")
            #expect(simulation.puts == 5 * simulation.receiveCounts.count, "seed \(seed)")
        }
    }

    @Test func `lossy calls and partial batches lose nothing and have one owner`() {
        let faults = Faults(failsBefore: 0.05, failsAfter: 0.05, isSlow: 0.05, refusal: 0.1, corrupt: 0.1)
        #expect(Self.violations(faults) == [])
    }

    @Test func `replicas that crash at any await lose nothing and have one owner`() {
        let faults = Faults(failsBefore: 0.02, isSlow: 0.05, corrupt: 0.1, crashes: 1...5, replicas: 2)
        #expect(Self.violations(faults) == [])
    }

    @Test func `reloads under way lose nothing, leak nothing and leave every lease its owner`() {
        let faults = Faults(
            failsBefore: 0.03, failsAfter: 0.03, isSlow: 0.05, refusal: 0.1, corrupt: 0.1, reloads: 1...12,
            replicas: 2)
        #expect(Self.violations(faults) == [])
        for seed in 0..<30 as Range<UInt64> {
            let simulation = Simulation(seed: seed, faults: Faults(reloads: 5...12))
            #expect(simulation.run() == [], "seed \(seed)")
            #expect(simulation.receiveCounts.allSatisfy { $0 == 1 }, "seed \(seed): a lease was dropped")
            #expect(simulation.reloads > 0)
        }
    }

    @Test func `overwritten keys end with outputs of the newest version and never go back`() {
        let faults = Faults(
            failsBefore: 0.03, failsAfter: 0.03, isSlow: 0.05, refusal: 0.05, duplicate: 0.1,
            overwrites: 0...4,
            deletion: 0.1, corrupt: 0.1, crashes: 0...3, freezes: 0...3, replicas: 3)
        #expect(Self.violations(faults) == [])
    }

    @Test func `without conditional writes outputs still end with the newest version`() {
        let faults = Faults(
            isSlow: 0.05, duplicate: 0.1, overwrites: 0...4, deletion: 0.1, replicas: 3,
            conditionalWrites: false)
        #expect(Self.violations(faults) == [])
    }

    @Test(arguments: [1, 3])
    func `two minutes without S3 cost a message at most one receive`(replicas: Int) {
        for seed in 0..<100 as Range<UInt64> {
            let simulation = Simulation(seed: seed, faults: Faults(replicas: replicas, outage: 20...140))
            #expect(simulation.run() == [], "seed \(seed)")
            let counts = simulation.receiveCounts
            #expect(counts.allSatisfy { $0 <= 2 }, "seed \(seed): \(counts)")
        }
    }

    @Test(arguments: [1, 3])
    func `half a minute without S3 costs no receive at all`(replicas: Int) {
        for seed in 0..<100 as Range<UInt64> {
            let simulation = Simulation(seed: seed, faults: Faults(replicas: replicas, outage: 20...50))
            #expect(simulation.run() == [], "seed \(seed)")
            let counts = simulation.receiveCounts
            #expect(counts.allSatisfy { $0 == 1 }, "seed \(seed): \(counts)")
        }
    }

    @Test func `one object whose key is disabled does not keep the others`() {
        let faults = Faults(overwrites: 3...4, hasBadApple: true)
        #expect(Self.violations(faults) == [])
    }

    @Test(arguments: Faults.Sabotage.allCases)
    func `the simulation notices a broken environment`(sabotage: Faults.Sabotage) {
        let faults = Faults(refusal: 0.3, sabotage: sabotage)
        #expect(Self.violations(faults, schedules: 60) != [])
    }
}
