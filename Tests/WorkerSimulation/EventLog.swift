// SPDX-License-Identifier: Apache-2.0

import Logging
import Support

/// The log of one simulation: what its schedule covered, and on demand a line for each event with its virtual time.
final class EventLog: Sendable {
    private struct State {
        var facts: Set<Fact> = []
        var lines: [String] = []
    }

    /// True when lines are kept.
    let keepsLines: Bool
    private let clock: @Sendable () -> Duration
    private let state = Locked(State())

    init(keepsLines: Bool, clock: @escaping @Sendable () -> Duration) {
        self.keepsLines = keepsLines
        self.clock = clock
    }

    var facts: Set<Fact> { state.withLock { $0.facts } }
    var lines: [String] { state.withLock { $0.lines } }

    func note(_ fact: Fact) { state.withLock { _ = $0.facts.insert(fact) } }

    func add(_ line: @autoclosure () -> String) {
        guard keepsLines else { return }
        let (now, text) = (clock(), line())
        let milliseconds = now.components.seconds * 1000 + now.components.attoseconds / 1_000_000_000_000_000
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        state.withLock { $0.lines.append("\(milliseconds / 1000).\(fraction) \(text)") }
    }

    /// Returns a logger for the worker of a process, whose events become facts and lines.
    func logger(process: Int) -> Logger {
        Logger(label: "simulation") { _ in Handler(log: self, process: process) }
    }

    private struct Handler: LogHandler {
        let log: EventLog
        let process: Int
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            guard let fields = event.metadata, let name = fields["event"]?.description else { return }
            if let fact = Fact(event: name) { log.note(fact) }
            if fields["probes"] != nil { log.note(.halfOpenProbe) }
            guard log.keepsLines else { return }
            let text = fields.filter { $0.key != "event" }.sorted { $0.key < $1.key }
                .map { " \($0.key)=\($0.value)" }.joined()
            log.add("p\(process) \(name)\(text)")
        }
    }
}
