// SPDX-License-Identifier: Apache-2.0

import Logging
import Settings
import Support

/// The reload of the configuration on SIGHUP.
///
/// A reload reads the configuration, applies the changes of reloadable settings to the running daemon, and logs the
/// settings that need a restart. A configuration with a problem is refused and has no effect.
struct Reload: Sendable {
    private let current: Locked<(settings: Configuration, isRefused: Bool, note: String?)>
    private let reader: SettingsReader
    private let logger: Logger
    private let apply: @Sendable (Configuration) -> Void

    /// Makes the reload of a running daemon.
    ///
    /// - Parameters:
    ///   - settings: the configuration with which the daemon started.
    ///   - apply: the function that applies a configuration, which differs from the last one only in reloadable
    ///     settings.
    init(
        settings: Configuration, reader: SettingsReader, logger: Logger,
        apply: @escaping @Sendable (Configuration) -> Void
    ) {
        current = Locked((settings, false, nil))
        self.reader = reader
        self.logger = logger
        self.apply = apply
    }

    /// The effective configuration.
    var settings: Configuration { current.withLock { $0.settings } }
    var digest: String { settings.digest }
    /// True when the last reload was refused.
    var isRefused: Bool { current.withLock { $0.isRefused } }
    /// The result of the last `run()`; nil before the first.
    var note: String? { current.withLock { $0.note } }

    /// Reads the configuration and applies its reloadable settings.
    ///
    /// - Returns: the note for the status about settings that need a restart or about a refused configuration; nil when
    ///   the whole configuration is in effect.
    func run() -> String? {
        let note: String?
        do throws(SettingsError) {
            note = try take(try reader.loadForService(waits: false))
        } catch {
            note = refuse(error)
        }
        current.withLock { $0.note = note }
        return note
    }

    private func take(_ new: Configuration) throws(SettingsError) -> String? {
        let before = settings
        let changes = before.changes(to: new)
        let applied = changes.filter(\.isReloadable)
        let waiting = changes.filter { !$0.isReloadable }.map(\.path)
        var merged = before
        for setting in applied { _ = setting.write(&merged, setting.read(new)) }
        // Both configurations are valid, but the mix of their values may not be.
        let problems = merged.problems().map { problem in
            SettingsProblem(
                source: reader.path.map { "\($0)" }, path: problem.field,
                expected: "must be \(problem.expected), together with the settings that need a restart",
                got: problem.got)
        }
        guard problems.isEmpty else { throw SettingsError(.invalid, problems) }
        current.withLock { $0 = (merged, false, $0.note) }
        if !applied.isEmpty { apply(merged) }

        var text = "configuration reloaded; "
        text +=
            applied.isEmpty
            ? "no changes to apply"
            : "applied: "
                + applied.map { "\($0.path) \($0.shown(in: before)) -> \($0.shown(in: merged))" }
                .joined(separator: ", ")
        if !waiting.isEmpty { text += "; needs a restart: \(waiting.joined(separator: ", "))" }
        var fields = merged.fields(reader)
        fields["event"] = "\(DaemonEvent.reloaded.rawValue)"
        fields["applied"] = "\(applied.map(\.path).joined(separator: ","))"
        fields["needs_restart"] = "\(waiting.joined(separator: ","))"
        logger.notice("\(text)", metadata: fields)
        return waiting.isEmpty ? nil : "restart needed for \(waiting.joined(separator: ", "))"
    }

    private func refuse(_ error: SettingsError) -> String {
        let problems = error.problems.map(\.description).joined(separator: "; ")
        current.withLock { $0.isRefused = true }
        var fields = settings.fields(reader)
        fields["event"] = "\(DaemonEvent.reloadRefused.rawValue)"
        fields["error_kind"] = "\(error.kind.rawValue)"
        fields["problems_count"] = .stringConvertible(error.problems.count)
        logger.error(
            "reload refused, the previous configuration stays in effect: \(problems)", metadata: fields)
        return "the last reload was refused: \(problems)"
    }
}

extension Configuration {
    /// The log fields that identify the effective configuration.
    func fields(_ reader: SettingsReader) -> Logger.Metadata {
        var fields: Logger.Metadata = ["config_digest": "\(digest)", "settings": "\(summary)"]
        if let path = reader.path { fields["config_file"] = "\(path)" }
        return fields
    }
}
