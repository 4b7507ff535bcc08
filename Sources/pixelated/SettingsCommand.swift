// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Settings

struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Tell every setting: its default, its environment variable and what it is for.",
        discussion: "What is in force is told by: pixelated check --show.")

    @Flag(help: "Print a JSON array with an object for each setting.")
    var json = false

    func run() {
        let defaults = Configuration()
        if json {
            print(JSONValue.array(Setting.all.map { Self.entry($0, in: defaults) }).pretty())
            return
        }
        for setting in Setting.all {
            let reload = setting.isReloadable ? " A reload applies it." : ""
            print("\(setting.path) = \(setting.read(defaults).compact)")
            print("    \(setting.help).\(reload)\n    \(setting.environmentName)")
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
