// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Settings
import Support

/// The command `pixelated settings`, which prints the documentation of all settings.
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Print all settings: path, default, purpose and environment variable.",
        discussion: "The command pixelated check --show prints the effective configuration.")

    @Flag(help: "Print a JSON array with one object per setting.")
    var json = false

    func run() throws {
        let defaults = Configuration()
        if json {
            try StandardStreams.printLine(
                JSONValue.array(Setting.all.map { Self.entry($0, in: defaults) }).pretty())
            return
        }
        for setting in Setting.all {
            let reload = setting.isReloadable ? " Reloadable." : ""
            try StandardStreams.printLine("\(setting.path) = \(setting.read(defaults).compact)")
            try StandardStreams.printLine("    \(setting.help).\(reload)\n    \(setting.environmentName)")
        }
    }

    private static func entry(_ setting: Setting, in defaults: Configuration) -> JSONValue {
        .object([
            .init("path", .string(setting.path)), .init("default", setting.read(defaults)),
            .init("environment", .string(setting.environmentName)), .init("help", .string(setting.help)),
            .init("reloads", .bool(setting.isReloadable)),
        ])
    }
}
