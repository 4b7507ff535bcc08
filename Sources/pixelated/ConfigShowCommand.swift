// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Settings
import Support

/// The command `pixelated config show`, which prints the values of the settings and their sources.
struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Print the settings in force, with the source of each value.",
        discussion: """
            The source is default, the configuration file with the line, the name of an environment variable, or \
            --set. Flags override the environment, and the environment overrides the file. An \
            ellipsis stands for a secret.

            Exit status: 0 when the settings are valid. Otherwise the problems follow on standard error, and the \
            exit status is 78. A setting whose value has the wrong type is then shown with the value that would be in \
            force without it.
            """)

    @Argument(
        help: ArgumentHelp(
            "Settings and sections, such as queue.url or aws.timeouts. Default: all settings.",
            valueName: "path"),
        transform: Arguments.text)
    var paths: [String] = []

    @OptionGroup var arguments: ConfigurationArguments

    @Flag(help: "Print only settings whose values are not the defaults.")
    var changed = false

    @Flag(help: "Print also the purpose and the environment variable of each setting.")
    var explain = false

    @Flag(help: "Print JSON, one object per line with the value, its source, the default and the purpose.")
    var json = false

    func validate() throws { _ = try selection() }

    func run() throws {
        let selected = try selection()
        let merged = try arguments.merge()
        let defaults = Configuration()
        let shown = selected.filter {
            !changed || $0.read(merged.configuration) != $0.read(defaults)
        }
        if json {
            for setting in shown {
                try StandardStreams.printLine(Self.entry(setting, merged, defaults).compact)
            }
        } else if explain {
            for setting in shown { try printExplained(setting, merged) }
        } else {
            let rows = shown.map {
                [$0.path, "\(merged.origin(of: $0))", $0.redactedValue(in: merged.configuration).compact]
            }
            try StandardStreams.printTable([["setting", "source", "value"]] + rows)
        }
        for problem in merged.problems { printError(problem.description) }
        if !merged.problems.isEmpty { throw ExitCode(ExitReason.configuration.rawValue) }
    }

    /// Returns the settings that the arguments select, in the order of the documentation.
    private func selection() throws(ValidationError) -> [Setting] {
        guard !paths.isEmpty else { return Setting.all }
        for path in paths where !Setting.all.contains(where: { $0.isBelow(path) }) {
            throw ValidationError("\(path): \(Setting.problem(ofUnknown: path))")
        }
        return Setting.all.filter { setting in paths.contains { setting.isBelow($0) } }
    }

    private func printExplained(_ setting: Setting, _ merged: MergedSettings) throws {
        let reload = setting.isReloadable ? " Reloadable." : ""
        let value = setting.redactedValue(in: merged.configuration).compact
        try StandardStreams.printLine("\(setting.path) = \(value)  (\(merged.origin(of: setting)))")
        try StandardStreams.printLine("    \(setting.help).\(reload)\n    \(setting.environmentName)")
    }

    private static func entry(
        _ setting: Setting, _ merged: MergedSettings, _ defaults: Configuration
    ) -> JSONValue {
        let origin = merged.origin(of: setting)
        return .object([
            .init("path", .string(setting.path)),
            .init("value", setting.redactedValue(in: merged.configuration)),
            .init("source", .string(origin.kind)),
            .init("place", origin == .builtIn ? .null : .string("\(origin)")),
            .init("default", setting.read(defaults)),
            .init("environment", .string(setting.environmentName)), .init("help", .string(setting.help)),
            .init("reloads", .bool(setting.isReloadable)),
        ])
    }
}
