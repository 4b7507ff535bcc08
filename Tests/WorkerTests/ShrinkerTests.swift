// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import WorkerSimulation

/// Schedules as values: their texts, their runs, and the search for small ones.
@Suite struct ShrinkerTests {
    /// A schedule in which one message of many is received twice, at a queue that does not delete such messages.
    private static let broken: Schedule = {
        var profile = Profile(
            faults: Faults(
                failsBefore: 0.03, failsAfter: 0.03, isSlow: 0.05, refusal: 0.1, brokenPart: .deletes))
        profile.overwrites = 0...2
        profile.corrupt = 0.1
        profile.crashes = 1...3
        profile.reloads = 1...3
        profile.replicas = 2...2
        return (0..<100).lazy.map { Schedule(seed: $0, profile: profile) }.first { schedule in
            Simulation(schedule).run() != [] && schedule.events.count > 8
        } ?? Schedule(seed: 0)
    }()

    @Test func `a failing schedule is reduced to an upload and what makes its message come twice`() throws {
        var shrinker = Shrinker(Self.broken)
        #expect(shrinker.violations != [])
        shrinker.shrink()
        let small = shrinker.schedule
        #expect(small.events.count <= 2, "\(small.json)")
        #expect(small.workers == 1 && small.contents.isEmpty && small.settings == Schedule.Settings())
        // The smaller schedule fails in the same way, and is one that works at a correct queue.
        #expect(
            Simulation(small).run().map { ViolationKind($0).text }.contains(
                "m is still in the queue after  receives"))
        var correct = small
        correct.faults.brokenPart = nil
        #expect(Simulation(correct).run() == [])
        #expect(try Schedule(json: Array(small.json.utf8)) == small)
    }

    @Test func `a schedule without a violation stays as it is`() {
        let schedule = Schedule.random(seed: 1)
        var shrinker = Shrinker(schedule)
        shrinker.shrink()
        #expect(shrinker.schedule == schedule && shrinker.runs == 0)
    }

    @Test(arguments: 0..<40)
    func `a schedule survives its JSON`(seed: UInt64) throws {
        let schedule = Schedule.random(seed: seed)
        #expect(try Schedule(json: Array(schedule.json.utf8)) == schedule)
    }
}
