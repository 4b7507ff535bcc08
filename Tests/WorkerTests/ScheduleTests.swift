// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import WorkerSimulation

/// Schedules as `Tests/simulate` prints them.
@Suite struct ScheduleTests {
    /// The printed form of this file's test cases compiles, because they are in it.
    @Test func `a printed test case is one of this file`() throws {
        let text = try String(contentsOfFile: #filePath, encoding: .utf8)
        #expect(text.contains(Self.everything.testCase))
    }

    /// A schedule with all kinds of events.
    private static let everything = Schedule(
        seed: 12, workers: 2, settings: .init(visibilitySeconds: 20, maxReceives: 5),
        faults: .init(
            rules: [.init(call: .put, kind: .throttled, probability: 0.5, seconds: 3...9, key: 0)],
            failsBefore: 0.01, conditionalWrites: false),
        mostReceives: 5, contents: [.init(number: 1, isBroken: true), .init(number: 2, milliseconds: 70)],
        events: [
            .init(1000, .upload(key: 0, content: 1, notifications: [0, 3000], joinsNext: true)),
            .init(2000, .upload(key: 0, content: 2, notifications: [10], joinsNext: false)),
            .init(2500, .delete(key: 0)),
            .init(2700, .unknownMessage(number: 1)),
            .init(3000, .crash(worker: 0, afterJobs: 7)),
            .init(4000, .crashInCall(worker: 1, call: .put, number: 2, isAfterEffect: true)),
            .init(5000, .freeze(worker: 0, seconds: 25)),
            .init(6000, .reload(worker: 1, maxInFlight: 2, memoryMegabytes: 16)),
            .init(7000, .drain(worker: 1)),
        ])

    @Test func `schedule of seed 12`() {
        let schedule = Schedule(
            seed: 12,
            workers: 2,
            settings: .init(visibilitySeconds: 20, maxReceives: 5),
            faults: .init(
                rules: [.init(call: .put, kind: .throttled, probability: 0.5, seconds: 3...9, key: 0)],
                failsBefore: 0.01,
                conditionalWrites: false
            ),
            mostReceives: 5,
            contents: [
                .init(number: 1, isBroken: true),
                .init(number: 2, isBroken: false, milliseconds: 70),
            ],
            events: [
                .init(1000, .upload(key: 0, content: 1, notifications: [0, 3000], joinsNext: true)),
                .init(2000, .upload(key: 0, content: 2, notifications: [10], joinsNext: false)),
                .init(2500, .delete(key: 0)),
                .init(2700, .unknownMessage(number: 1)),
                .init(3000, .crash(worker: 0, afterJobs: 7)),
                .init(4000, .crashInCall(worker: 1, call: .put, number: 2, isAfterEffect: true)),
                .init(5000, .freeze(worker: 0, seconds: 25)),
                .init(6000, .reload(worker: 1, maxInFlight: 2, memoryMegabytes: 16)),
                .init(7000, .drain(worker: 1)),
            ]
        )
        #expect(Simulation(schedule).run() == [])
    }

    /// A call that takes longer than the rest of the lease, between the inspection of the outputs and their upload.
    @Test func `schedule of seed 92416`() {
        let schedule = Schedule(
            seed: 92416,
            settings: .init(
                visibilitySeconds: 10, waitSeconds: 8, cpuWorkers: 1, maxInFlight: 2, drainSeconds: 5),
            faults: .init(isSlow: 0.046, refusal: 0.138, hasLongWork: false, conditionalWrites: false),
            events: [
                .init(6000, .upload(key: 6, content: 7, notifications: [8354], joinsNext: false)),
                .init(12000, .upload(key: 0, content: 1, notifications: [4000], joinsNext: false)),
                .init(21000, .upload(key: 7, content: 8, notifications: [11587], joinsNext: false)),
                .init(29000, .upload(key: 8, content: 9, notifications: [12000], joinsNext: false)),
                .init(32000, .upload(key: 9, content: 10, notifications: [2000], joinsNext: false)),
            ])
        #expect(Simulation(schedule).run() == [])
    }

    @Test func `a schedule with a number that is out of its range is refused`() {
        #expect(Self.everything.problem == nil)
        #expect((0..<100).allSatisfy { Schedule.random(seed: $0).problem == nil })
        let changes: [(inout Schedule) -> Void] = [
            { $0.workers = 0 }, { $0.settings.visibilitySeconds = 0 }, { $0.faults.isSlow = 5 },
            { $0.faults.rules[0].seconds = -3...9 }, { $0.contents[0].milliseconds = -1 },
            { $0.events[8].at = .max },
            { $0.events[0].action = .upload(key: 0, content: 1, notifications: [], joinsNext: false) },
            { $0.events[6].action = .freeze(worker: -1, seconds: 1) },
        ]
        for (index, change) in changes.enumerated() {
            var schedule = Self.everything
            change(&schedule)
            #expect(schedule.problem != nil, "change \(index)")
        }
    }
}
