// SPDX-License-Identifier: Apache-2.0

/// The search for a small schedule with the same kind of violation as a given one (Zeller and Hildebrandt: Simplifying
/// and Isolating Failure-Inducing Input, 2002).
struct Shrinker {
    private(set) var schedule: Schedule
    private(set) var violations: [String]
    /// The number of simulations so far.
    private(set) var runs = 0
    private let kinds: Set<ViolationKind>
    private let maximumRuns: Int
    private let run: (Schedule) -> [String]

    /// The number of seeds with which a smaller schedule is tried: its own and the first ones. A change of the schedule
    /// changes the order of all later tasks.
    private static let seeds: UInt64 = 4

    /// - Parameter run: The simulation, which returns the violations.
    init(
        _ schedule: Schedule, maximumRuns: Int = 2000,
        run: @escaping (Schedule) -> [String] = { Simulation($0).run() }
    ) {
        self.schedule = schedule
        self.maximumRuns = maximumRuns
        self.run = run
        violations = run(schedule)
        kinds = Set(violations.map(ViolationKind.init))
    }

    /// Makes the schedule smaller until no step makes it smaller or the number of simulations is reached. A schedule
    /// without a violation stays as it is.
    mutating func shrink() {
        guard !kinds.isEmpty else { return }
        var before: Schedule?
        while before != schedule, runs < maximumRuns {
            before = schedule
            removeEvents()
            for index in schedule.faults.rules.indices.reversed() {
                attempt { $0.faults.rules.remove(at: index) }
            }
            for path in [\Faults.failsBefore, \.failsAfter, \.isSlow, \.refusal, \.duplicate] {
                attempt { $0.faults[keyPath: path] = 0 }
            }
            attempt { $0.faults.hasLongWork = false }
            attempt { $0.faults.conditionalWrites = true }
            attempt { $0.faults.hasQuarantine = true }
            attempt { $0.workers = 1 }
            while schedule.workers > 1, attempt({ $0.workers -= 1 }) {}
            attempt { $0.settings = Schedule.Settings() }
            for index in schedule.contents.indices.reversed() {
                attempt { $0.contents.remove(at: index) }
            }
            simplifyEvents()
        }
        let used = schedule.events.compactMap { event in
            if case .upload(_, let content, _, _) = event.action { content } else { nil as Int? }
        }
        attempt { $0.contents.removeAll { !used.contains($0.number) } }
    }

    /// Removes halves, quarters and so on of the events.
    private mutating func removeEvents() {
        var size = schedule.events.count
        while size >= 1 {
            var start = 0
            while start < schedule.events.count {
                let end = min(start + size, schedule.events.count)
                if !attempt({ $0.events.removeSubrange(start..<end) }) { start = end }
            }
            size /= 2
        }
    }

    /// Shortens the delays and counts of the events.
    private mutating func simplifyEvents() {
        for index in schedule.events.indices {
            attempt { $0.events[index].at = $0.events[index].at / 1000 * 1000 }
            guard
                case .upload(let key, let content, let notifications, let joinsNext) = schedule.events[index]
                    .action
            else { continue }
            func change(_ notifications: [Int], _ joinsNext: Bool) -> (inout Schedule) -> Void {
                {
                    $0.events[index].action = .upload(
                        key: key, content: content, notifications: notifications, joinsNext: joinsNext)
                }
            }
            attempt(change([0], false))
            if case .upload(_, _, notifications, joinsNext) = schedule.events[index].action {
                attempt(change(Array(notifications.prefix(1)), joinsNext))
                attempt(change(notifications.map { $0 / 1000 * 1000 }, false))
            }
        }
    }

    /// Changes the schedule when the changed one has a violation of the same kind.
    ///
    /// - Returns: True when it was changed.
    @discardableResult
    private mutating func attempt(_ change: (inout Schedule) -> Void) -> Bool {
        var smaller = schedule
        change(&smaller)
        guard smaller != schedule else { return false }
        for seed in [schedule.seed] + (1..<Self.seeds) {
            guard runs < maximumRuns else { return false }
            smaller.seed = seed
            runs += 1
            let found = run(smaller)
            if found.contains(where: { kinds.contains(ViolationKind($0)) }) {
                schedule = smaller
                violations = found
                return true
            }
        }
        return false
    }
}
