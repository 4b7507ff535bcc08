// SPDX-License-Identifier: Apache-2.0

import Logging
import Settings
import Support

/// What a SIGHUP does: reads the configuration again, applies what may change in a running daemon, names what
/// needs a restart, and changes nothing when anything in it is wrong.
struct Reload: Sendable {
    private let current: Locked<(settings: Configuration, isRefused: Bool)>
    private let reader: SettingsReader
    private let logger: Logger
    private let apply: @Sendable (Configuration) -> Void

    /// - Parameters:
    ///   - settings: in force now.
    ///   - apply: gets what is in force from then on. It differs from the last in settings that reload.
    init(
        settings: Configuration, reader: SettingsReader, logger: Logger,
        apply: @escaping @Sendable (Configuration) -> Void
    ) {
        current = Locked((settings, false))
        self.reader = reader
        self.logger = logger
        self.apply = apply
    }

    /// What is in force.
    var settings: Configuration { current.withLock { $0.settings } }
    var digest: String { settings.digest }
    /// Whether the last reload was refused.
    var isRefused: Bool { current.withLock { $0.isRefused } }

    /// - Returns: what the file says and is not in force, for the status; nil when it is in force as a whole.
    func run() -> String? {
        do throws(SettingsError) {
            return try take(try reader.loadForService())
        } catch {
            return refuse(error)
        }
    }

    private func take(_ new: Configuration) throws(SettingsError) -> String? {
        let before = settings
        let changes = before.changes(to: new)
        let applied = changes.filter(\.isReloadable)
        let waiting = changes.filter { !$0.isReloadable }.map(\.path)
        var merged = before
        for setting in applied { _ = setting.write(&merged, setting.read(new)) }
        // Each configuration is good, and yet parts of both need not be.
        let problems = merged.problems().map { problem in
            SettingsProblem(
                source: reader.path, path: problem.field,
                expected: "must be \(problem.expected) until the next start", got: problem.got)
        }
        guard problems.isEmpty else { throw SettingsError(.invalid, problems) }
        current.withLock { $0 = (merged, false) }
        if !applied.isEmpty { apply(merged) }

        var sentence = "the configuration was read again, "
        sentence +=
            applied.isEmpty
            ? "nothing to apply"
            : "applied: "
                + applied.map { "\($0.path) \($0.shown(in: before)) -> \($0.shown(in: merged))" }
                .joined(separator: ", ")
        if !waiting.isEmpty { sentence += "; needs a restart: \(waiting.joined(separator: ", "))" }
        var fields = merged.fields(reader)
        fields["event"] = "\(DaemonEvent.reloaded.rawValue)"
        fields["applied"] = "\(applied.map(\.path).joined(separator: ","))"
        fields["needs_restart"] = "\(waiting.joined(separator: ","))"
        logger.notice("\(sentence)", metadata: fields)
        return waiting.isEmpty ? nil : "a restart is due for \(waiting.joined(separator: ", "))"
    }

    private func refuse(_ error: SettingsError) -> String {
        let mistakes = error.problems.map(\.description).joined(separator: "; ")
        current.withLock { $0.isRefused = true }
        var fields = settings.fields(reader)
        fields["event"] = "\(DaemonEvent.reloadRefused.rawValue)"
        fields["error_kind"] = "\(error.kind.rawValue)"
        fields["mistakes"] = "\(error.problems.count)"
        logger.error(
            "the new configuration is refused, the old one stays in force: \(mistakes)", metadata: fields)
        return "the last reload was refused: \(mistakes)"
    }
}

extension Configuration {
    /// Which configuration is in force, for the events that tell it.
    func fields(_ reader: SettingsReader) -> Logger.Metadata {
        var fields: Logger.Metadata = ["config_digest": "\(digest)", "settings": "\(summary)"]
        if let path = reader.path { fields["config_file"] = "\(path)" }
        return fields
    }
}
