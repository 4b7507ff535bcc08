// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FoundationEssentials
import Glibc
import Support

/// The program `simulate`, which `Tests/simulate` runs.
package struct SimulateTool {
    private static let usage = """
        usage: Tests/simulate [--seed N] [--schedules M] [--jobs J]   run the schedules of the seeds from N on
               Tests/simulate --seed N --log                          print the event log of one schedule
               Tests/simulate --schedule FILE [--log] [--shrink]      run a schedule that was printed as JSON
               Tests/simulate --schedule FILE --schedules M           run it with the seeds from N on instead of its own
               Tests/simulate --from-journal FILE [--print]           run the schedule of a journal (journalctl -o json)

        A schedule that violates an invariant is made smaller, and printed as a test case and as JSON. The exit status
        is 1 when an invariant is violated, and 2 when an argument or a file is wrong.
        """

    private struct UsageError: Error {
        var text: String
    }

    private var seed: UInt64 = 1
    private var schedules: Int?
    private static let usualSchedules = 1000
    private var jobs = 1
    private var printsLog = false
    private var shrinks = false
    private var printsSchedule = false
    private var scheduleFile: String?
    private var journalFile: String?

    /// Runs the program with its arguments, and returns the exit status.
    package static func run(_ arguments: [String]) -> Int32 {
        if arguments.contains("--help") || arguments.contains("-h") {
            print(usage)
            return 0
        }
        do {
            return try SimulateTool(arguments).run()
        } catch let error as UsageError {
            warn(error.text)
        } catch {
            warn("\(error)")
        }
        return 2
    }

    private init(_ arguments: [String]) throws {
        var rest = arguments[...]
        func number(_ name: String, _ range: ClosedRange<UInt64>) throws -> UInt64 {
            guard let text = rest.popFirst(), let value = UInt64(text), range.contains(value) else {
                throw UsageError(
                    text: "\(name) needs a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        func file(_ name: String) throws -> String {
            guard let path = rest.popFirst() else { throw UsageError(text: "\(name) needs a file") }
            return path
        }
        while let name = rest.popFirst() {
            switch name {
            case "--seed": seed = try number(name, 0...UInt64.max - 1_000_000_000)
            case "--schedules": schedules = Int(try number(name, 1...1_000_000_000))
            case "--jobs": jobs = Int(try number(name, 1...1024))
            case "--log": printsLog = true
            case "--shrink": shrinks = true
            case "--print": printsSchedule = true
            case "--schedule": scheduleFile = try file(name)
            case "--from-journal": journalFile = try file(name)
            default: throw UsageError(text: "\(name) is no argument of this program\n\(Self.usage)")
            }
        }
        if printsSchedule, journalFile == nil { throw UsageError(text: "--print needs --from-journal") }
        if shrinks, scheduleFile == nil { throw UsageError(text: "--shrink needs --schedule") }
        if scheduleFile != nil, journalFile != nil {
            throw UsageError(text: "--schedule and --from-journal exclude each other")
        }
        if printsLog, schedules != nil || journalFile != nil {
            throw UsageError(text: "--log is for one schedule")
        }
    }

    private func run() throws -> Int32 {
        if let journalFile { return try runJournal(journalFile) }
        if let scheduleFile {
            let schedule: Schedule
            do {
                schedule = try Schedule(json: Self.read(scheduleFile))
            } catch let error as DecodingError {
                throw UsageError(text: "\(scheduleFile) is no schedule: \(error)")
            }
            if let problem = schedule.problem {
                throw UsageError(text: "\(scheduleFile) is no valid schedule: \(problem)")
            }
            guard schedules != nil else { return runOne(schedule) }
            return runMany { seed in
                var schedule = schedule
                schedule.seed = seed
                return schedule
            }
        }
        if printsLog { return runOne(.random(seed: seed)) }
        return runMany(Schedule.random)
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else {
            throw UsageError(text: "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return bytes
    }

    private static func warn(_ text: String) {
        let line = Array("simulate: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }

    // MARK: One schedule

    private func runOne(_ schedule: Schedule) -> Int32 {
        let simulation = Simulation(schedule, keepsLines: printsLog)
        let violations = simulation.run()
        for line in simulation.lines { print(line) }
        for violation in violations { print("violation: \(violation)") }
        if shrinks, !violations.isEmpty { report(schedule, violations) }
        if !printsLog { print(violations.isEmpty ? "no violation" : "\(violations.count) violations") }
        return violations.isEmpty ? 0 : 1
    }

    /// Prints a schedule that violates invariants, made smaller.
    private func report(_ schedule: Schedule, _ violations: [String]) {
        print("\nseed \(schedule.seed): \(violations.count) violations; the first: \(violations[0])")
        var shrinker = Shrinker(schedule)
        shrinker.shrink()
        print(
            "smaller: \(shrinker.schedule.events.count) of \(schedule.events.count) events after"
                + " \(shrinker.runs) simulations; \(shrinker.violations.first ?? "")")
        print("\nAs a test case in WorkerTests:\n\n\(shrinker.schedule.testCase)")
        print("As a file for Tests/simulate --schedule:\n\n\(shrinker.schedule.json)")
    }

    private func runJournal(_ path: String) throws -> Int32 {
        let journal = JournalSchedule(try Self.read(path))
        for problem in journal.problems.prefix(10) { Self.warn("\(path):\(problem.line): \(problem.text)") }
        let skipped = journal.problems.count
        if skipped > 0 { Self.warn("\(skipped) lines of \(path) are skipped") }
        guard journal.messages > 0 else {
            throw UsageError(
                text: "\(path) has no entries about messages; journalctl -u pixelated -o json writes them")
        }
        print(journal.summary)
        if printsSchedule { print(journal.schedule.json) }
        var worst = 0
        let orders = schedules ?? 20
        for seed in self.seed..<self.seed + UInt64(orders) {
            var schedule = journal.schedule
            schedule.seed = seed
            let simulation = Simulation(schedule)
            let violations = simulation.run()
            worst = max(worst, simulation.receiveCounts.max() ?? 0)
            guard violations.isEmpty else {
                report(schedule, violations)
                return 1
            }
        }
        print(
            "no violation in \(orders) orders of the tasks; the highest receive count is \(worst),"
                + " in the journal it is \(journal.highestReceiveCount)")
        return 0
    }

    // MARK: Many schedules

    private struct Totals {
        var schedules = 0
        var facts: [Fact: Int] = [:]
        var seconds = 0.0
        var failures: [(seed: UInt64, violations: [String])] = []
    }

    /// The number of failing schedules after which no further ones are run.
    private static let mostFailures = 5

    private func runMany(_ schedule: @escaping @Sendable (UInt64) -> Schedule) -> Int32 {
        let totals = Locked(Totals())
        let next = Locked(0)
        let (count, first) = (schedules ?? Self.usualSchedules, seed)
        let began = Self.processorSeconds
        let clock = ContinuousClock.now
        DispatchQueue.concurrentPerform(iterations: jobs) { _ in
            var facts: [Fact: Int] = [:]
            var seconds = 0.0
            var done = 0
            while true {
                let index = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                guard index < count, totals.withLock({ $0.failures.count < Self.mostFailures }) else { break }
                let seed = first + UInt64(index)
                let simulation = Simulation(schedule(seed))
                let violations = simulation.run()
                for fact in simulation.facts { facts[fact, default: 0] += 1 }
                seconds += simulation.end / .seconds(1)
                done += 1
                if !violations.isEmpty { totals.withLock { $0.failures.append((seed, violations)) } }
            }
            totals.withLock { totals in
                totals.schedules += done
                totals.facts.merge(facts, uniquingKeysWith: +)
                totals.seconds += seconds
            }
        }
        let elapsed = (ContinuousClock.now - clock) / .seconds(1)
        let processor = Self.processorSeconds - began
        let result = totals.withLock { $0 }
        for failure in result.failures.sorted(by: { $0.seed < $1.seed }) {
            report(schedule(failure.seed), failure.violations)
        }
        print(Self.table(result, processor: processor, elapsed: elapsed))
        return result.failures.isEmpty ? 0 : 1
    }

    private static func table(_ totals: Totals, processor: Double, elapsed: Double) -> String {
        let rows = Fact.allCases.map { fact -> String in
            let count = totals.facts[fact, default: 0]
            let number = String(count)
            return
                "\(String(repeating: " ", count: max(0, 10 - number.utf8.count)))\(number)  \(fact.rawValue)"
        }
        let days = totals.seconds / 86_400
        func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
        return """
            schedules with
            \(rows.joined(separator: "\n"))

            \(totals.schedules) schedules, \(totals.failures.count) with violations; \(rounded(days)) simulated days \
            in \(rounded(processor)) s of CPU time and \(rounded(elapsed)) s: \
            \(rounded(days / max(0.001, processor / 60))) simulated days per CPU minute, \
            \(rounded(Double(totals.schedules) / max(0.001, processor))) schedules per CPU second
            """
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
