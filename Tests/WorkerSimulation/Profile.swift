// SPDX-License-Identifier: Apache-2.0

import Scripted

/// The features of random schedules. Probabilities are per source or event, ranges are numbers per schedule.
struct Profile: Sendable {
    var faults = Faults()
    var settings = Schedule.Settings()
    var keys = 1...6
    /// The seconds in which sources are uploaded and processes fail.
    var span = 240
    /// The probability that an event shares the message of the next one.
    var grouped = 0.0
    /// The probability that an event arrives minutes late.
    var late = 0.0
    /// The probability that an event arrives in two messages.
    var repeated = 0.0
    /// The number of new versions of each source.
    var overwrites = 0...0
    /// The probability that a new version has the content of an earlier one.
    var returning = 0.0
    /// The probability that a source is deleted.
    var deletion = 0.0
    /// The probability that a content is broken.
    var corrupt = 0.0
    /// The number of messages that are not about a new source.
    var unknownMessages = 0...0
    var crashes = 0...0
    /// The number of times that a process is suspended.
    var freezes = 0...0
    /// The number of times that a process gets another `maxInFlight`, another memory limit and another engine.
    var reloads = 0...0
    /// The number of times that a process is drained and replaced.
    var drains = 0...0
    var replicas = 1...1
}

extension Profile {
    /// Returns a profile in which each feature is present with some probability.
    static func random(_ random: inout SplitMix) -> Profile {
        func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &random) < probability }
        func some(_ probability: Double, upTo most: Double) -> Double {
            chance(probability) ? (Double.random(in: 0...most, using: &random) * 1000).rounded() / 1000 : 0
        }
        func times(_ probability: Double, _ most: Int) -> ClosedRange<Int> {
            chance(probability) ? 1...Int.random(in: 1...most, using: &random) : 0...0
        }
        func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &random)] }

        var profile = Profile()
        profile.settings.visibilitySeconds = pick([10, 30, 30, 60])
        profile.settings.waitSeconds = pick([0, 5, 8, 8])
        profile.settings.maxInFlight = pick([1, 2, 4, 8])
        profile.settings.cpuWorkers = pick([1, 2, 4])
        profile.settings.maxReceives = pick([3, 5, 8, 20])
        profile.settings.drainSeconds = pick([0, 5, 60])
        profile.keys = 1...pick([1, 3, 6, 12])
        profile.span = pick([10, 30, 60, 240])
        profile.grouped = some(0.3, upTo: 0.6)
        profile.late = some(0.3, upTo: 0.5)
        profile.repeated = some(0.3, upTo: 0.5)
        profile.overwrites = times(0.5, 4)
        profile.returning = some(0.4, upTo: 0.8)
        profile.deletion = some(0.3, upTo: 0.4)
        profile.corrupt = some(0.4, upTo: 0.4)
        profile.unknownMessages = times(0.2, 4)
        profile.crashes = times(0.4, 5)
        profile.freezes = times(0.3, 3)
        profile.reloads = times(0.3, 6)
        profile.drains = times(0.3, 3)
        profile.replicas = 1...pick([1, 2, 4])
        var faults = Faults()
        faults.isSlow = some(0.3, upTo: 0.08)
        faults.refusal = some(0.3, upTo: 0.2)
        faults.duplicate = some(0.3, upTo: 0.15)
        faults.hasLongWork = chance(0.5)
        faults.hasQuarantine = !chance(0.1)
        faults.conditionalWrites = !chance(0.15)
        if chance(0.5) {
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                var rule = FaultRule(
                    call: pick(ServiceCall.allCases), kind: pick(FaultRule.Kind.allCases),
                    probability: pick([0.02, 0.05, 0.1, 0.3, 1]))
                // A refused inspection of outputs is a permission that is missing for good.
                if rule.call == .head, rule.kind == .denied { rule.kind = .throttled }
                if rule.probability >= 0.3 || chance(0.3) {
                    let start = Int.random(in: 0...180, using: &random)
                    rule.seconds = start...(start + pick([5, 30, 90, 300]))
                }
                if rule.call.isOfStore, chance(0.3) {
                    rule.key = Int.random(in: 0..<profile.keys.upperBound, using: &random)
                }
                faults.rules.append(rule)
            }
        }
        profile.faults = faults
        return profile
    }
}

extension Schedule {
    /// Returns a random schedule, a function of its seed. Each message may be received once when nothing can
    /// interrupt its work.
    static func random(seed: UInt64) -> Schedule {
        var random = SplitMix.schedule(seed: seed ^ 0x5EED)
        var schedule = Schedule(seed: seed, profile: .random(&random))
        if schedule.hasNoInterruptions { schedule.mostReceives = 1 }
        return schedule
    }

    /// Makes a random schedule, a function of the seed and the profile.
    init(seed: UInt64, profile: Profile) {
        var random = SplitMix.schedule(seed: seed ^ 0x5C4E)
        func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        func time(_ milliseconds: ClosedRange<Int>) -> Int { pick(milliseconds) * profile.span / 240 }
        func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &random) < probability }

        self.init(
            seed: seed, workers: pick(profile.replicas), settings: profile.settings, faults: profile.faults)
        var lastContent = 0
        for key in 0..<pick(profile.keys) {
            var own: [Int] = []
            func upload(at moment: Int) {
                var content = lastContent + 1
                if own.count > 1, chance(profile.returning) {
                    content = own[pick(0...(own.count - 2))]
                } else {
                    lastContent += 1
                    if chance(profile.corrupt) { contents.append(Content(number: content, isBroken: true)) }
                }
                own.append(content)
                let notifications = (0..<(chance(profile.repeated) ? 2 : 1)).map { _ in
                    chance(profile.late) ? time(20_000...150_000) : time(0...20_000)
                }
                events.append(
                    Event(
                        moment,
                        .upload(
                            key: key, content: content, notifications: notifications,
                            joinsNext: chance(profile.grouped))))
            }
            upload(at: time(0...60_000))
            for moment in (0..<pick(profile.overwrites)).map({ _ in time(60_001...200_000) }).sorted() {
                upload(at: moment)
            }
            if chance(profile.deletion) { events.append(Event(time(60_001...240_000), .delete(key: key))) }
        }
        for number in 0..<pick(profile.unknownMessages) {
            events.append(Event(time(0...200_000), .unknownMessage(number: number)))
        }
        for _ in 0..<pick(profile.crashes) {
            let (moment, worker) = (time(1000...240_000), pick(0...(workers - 1)))
            let call = ServiceCall.allCases[pick(0...(ServiceCall.allCases.count - 1))]
            events.append(
                chance(0.4)
                    ? Event(moment, .crash(worker: worker, afterJobs: chance(0.5) ? pick(0...60) : 0))
                    : Event(
                        moment / 2,
                        .crashInCall(
                            worker: worker, call: chance(0.4) ? .put : call, number: pick(1...8),
                            isAfterEffect: chance(0.5))))
        }
        for _ in 0..<pick(profile.freezes) {
            events.append(
                Event(time(1000...240_000), .freeze(worker: pick(0...(workers - 1)), seconds: pick(1...120))))
        }
        for _ in 0..<pick(profile.reloads) {
            events.append(
                Event(
                    time(0...240_000),
                    .reload(
                        worker: pick(0...(workers - 1)), maxInFlight: pick(1...8),
                        memoryMegabytes: pick(16...96))))
        }
        for _ in 0..<pick(profile.drains) {
            events.append(Event(time(1000...240_000), .drain(worker: pick(0...(workers - 1)))))
        }
        events.sort { $0.at < $1.at }
    }
}
