// SPDX-License-Identifier: Apache-2.0

extension Schedule {
    /// The longest time of a schedule from a file: a week, in seconds.
    private static let longestSeconds = 604_800
    private static let milliseconds = 0...longestSeconds * 1000

    /// A sentence that states why a schedule from a file cannot be run; nil for one that can.
    var problem: String? {
        let numbers = [
            ("workers", workers, 1...100), ("visibilitySeconds", settings.visibilitySeconds, 1...43_200),
            ("waitSeconds", settings.waitSeconds, 0...20), ("cpuWorkers", settings.cpuWorkers, 1...100),
            ("maxInFlight", settings.maxInFlight, 1...1000),
            ("memoryMegabytes", settings.memoryMegabytes, 1...100_000),
            ("maxReceives", settings.maxReceives, 1...1000),
            ("drainSeconds", settings.drainSeconds, 0...Self.longestSeconds),
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
        guard faults.windows.allSatisfy((0...Self.longestSeconds).contains) else {
            return "the seconds of a fault are not from 0 to \(Self.longestSeconds)"
        }
        guard contents.allSatisfy({ Self.milliseconds.contains($0.milliseconds ?? 0) }) else {
            return "the milliseconds of a content are not from 0 to \(Self.milliseconds.upperBound)"
        }
        for (index, event) in events.enumerated() {
            guard Self.milliseconds.contains(event.at) else {
                return "the milliseconds of event \(index) are not from 0 to \(Self.milliseconds.upperBound)"
            }
            guard Self.isValid(event.action) else { return "a number of event \(index) is out of its range" }
        }
        return nil
    }

    private static func isValid(_ action: Action) -> Bool {
        switch action {
        case .upload(let key, let content, let notifications, _):
            key >= 0 && (0...1_000_000).contains(content) && !notifications.isEmpty
                && notifications.allSatisfy(milliseconds.contains)
        case .delete(let key): key >= 0
        case .unknownMessage(let number): number >= 0
        case .crash(let worker, let jobs): worker >= 0 && jobs >= 0
        case .crashInCall(let worker, _, let number, _): worker >= 0 && number >= 1
        case .freeze(let worker, let seconds): worker >= 0 && (0...longestSeconds).contains(seconds)
        case .reload(let worker, let maxInFlight, let megabytes):
            worker >= 0 && (1...1000).contains(maxInFlight) && (1...100_000).contains(megabytes)
        case .drain(let worker): worker >= 0
        }
    }
}
