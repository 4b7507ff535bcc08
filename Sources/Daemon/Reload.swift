// SPDX-License-Identifier: Apache-2.0

import Locking
import Logging
import Settings
import Systemd

/// What a SIGHUP does: reads the configuration again, applies what may change in a running daemon, names what
/// needs a restart, and changes nothing when anything in it is wrong.
struct Reload: Sendable {
    private let current: Locked<Configuration>
    private let reader: SettingsReader
    private let output: LogOutput
    private let notifier: Notifier
    private let logger: Logger

    init(
        settings: Configuration, reader: SettingsReader, output: LogOutput, notifier: Notifier, logger: Logger
    ) {
        current = Locked(settings)
        self.reader = reader
        self.output = output
        self.notifier = notifier
        self.logger = logger
    }

    func run() async {
        notifier.send(.reloading(monotonicMicroseconds: monotonicMicroseconds()))
        // Whatever comes of it, the service goes on, and the manager waits for this.
        defer { notifier.send(.ready) }
        do throws(SettingsError) {
            apply(try reader.loadForService())
        } catch {
            let problems = error.problems.map(\.description).joined(separator: "; ")
            logger.error(
                "the new configuration is refused, the old one stays in force: \(problems)",
                metadata: ["event": "\(DaemonEvent.reloadRefused.rawValue)"])
        }
    }

    private func apply(_ new: Configuration) {
        let changes = current.withLock { $0.changes(to: new) }
        let applied = changes.filter(\.isReloadable)
        let waiting = changes.filter { !$0.isReloadable }
        output.level = new.log.level
        current.withLock { current in
            for setting in applied { _ = setting.write(&current, setting.read(new)) }
        }
        var fields: Logger.Metadata = [
            "event": "\(DaemonEvent.reloaded.rawValue)", "config_digest": "\(new.digest)",
            "applied": "\(applied.map(\.path).joined(separator: ","))",
        ]
        var sentence =
            applied.isEmpty ? "nothing to apply" : "applied: \(applied.map(\.path).joined(separator: ", "))"
        if !waiting.isEmpty {
            let names = waiting.map(\.path)
            fields["needs_restart"] = "\(names.joined(separator: ","))"
            sentence += "; needs a restart: \(names.joined(separator: ", "))"
        }
        logger.notice("the configuration was read again, \(sentence)", metadata: fields)
    }
}
