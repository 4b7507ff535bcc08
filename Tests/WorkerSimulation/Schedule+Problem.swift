// SPDX-License-Identifier: Apache-2.0

extension Schedule {
    /// A sentence that states why a schedule from a file cannot be run; nil for one that can.
    var problem: String? {
        let week = 604_800
        let settings = settings
        let numbers = [
            ("workers", workers, 1...100), ("visibilitySeconds", settings.visibilitySeconds, 1...43_200),
            ("waitSeconds", settings.waitSeconds, 0...20), ("cpuWorkers", settings.cpuWorkers, 1...100),
            ("maxInFlight", settings.maxInFlight, 1...1000),
            ("memoryMegabytes", settings.memoryMegabytes, 1...100_000),
            ("maxReceives", settings.maxReceives, 1...1000),
            ("drainSeconds", settings.drainSeconds, 0...week),
        ]
        for (name, value, range) in numbers where !range.contains(value) {
            return "\(name) must be from \(range.lowerBound) to \(range.upperBound) (got \(value))"
        }
        let probabilities =
            faults.rules.map(\.probability) + [
                faults.failsBefore, faults.failsAfter, faults.isSlow, faults.refusal, faults.duplicate,
                faults.failingStoreCalls,
            ]
        guard probabilities.allSatisfy((0...1).contains) else { return "a probability is not from 0 to 1" }
        let windows =
            faults.rules.compactMap(\.seconds) + [faults.outage, faults.quarantineOutage].compactMap(\.self)
        guard windows.allSatisfy({ $0.lowerBound >= 0 && $0.upperBound <= week }) else {
            return "the seconds of a fault are not from 0 to \(week)"
        }
        guard contents.allSatisfy({ (0...week * 1000).contains($0.milliseconds ?? 0) }) else {
            return "the milliseconds of a content are not from 0 to \(week * 1000)"
        }
        for (index, event) in events.enumerated() {
            guard (0...week * 1000).contains(event.at) else {
                return "the time of event \(index) is not from 0 to \(week * 1000) milliseconds"
            }
            guard isValid(event.action, week) else { return "a number of event \(index) is out of its range" }
        }
        return nil
    }

    private func isValid(_ action: Action, _ week: Int) -> Bool {
        switch action {
        case .upload(let key, let content, let notifications, _):
            key >= 0 && (0...1_000_000).contains(content) && !notifications.isEmpty
                && notifications.allSatisfy((0...week * 1000).contains)
        case .delete(let key): key >= 0
        case .unknownMessage(let number): number >= 0
        case .crash(let worker, let jobs): worker >= 0 && jobs >= 0
        case .crashInCall(let worker, _, let number, _): worker >= 0 && number >= 1
        case .freeze(let worker, let seconds): worker >= 0 && (0...week).contains(seconds)
        case .reload(let worker, let maxInFlight, let megabytes):
            worker >= 0 && (1...1000).contains(maxInFlight) && (1...100_000).contains(megabytes)
        case .drain(let worker): worker >= 0
        }
    }
}
