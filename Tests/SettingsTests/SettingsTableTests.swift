// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings
import Testing

struct SettingsTableTests {
    @Test func `paths and environment variables are unique, and each help text is one line`() {
        #expect(Set(Setting.all.map(\.path)).count == Setting.all.count)
        #expect(Set(Setting.all.map(\.environmentName)).count == Setting.all.count)
        for setting in Setting.all {
            #expect(
                setting.help.count > 10 && setting.help.last != "." && !setting.help.contains("\n"),
                "\(setting.path)")
        }
    }

    @Test(arguments: [
        ("queue.waitSeconds", "PIXELATED_QUEUE_WAIT_SECONDS"), ("queue.url", "PIXELATED_QUEUE_URL"),
        ("region", "PIXELATED_REGION"),
        ("aws.timeouts.firstByteSeconds", "PIXELATED_AWS_TIMEOUTS_FIRST_BYTE_SECONDS"),
    ])
    func `the environment variable of a setting follows from its path`(path: String, name: String) throws {
        #expect(try #require(Setting.all.first { $0.path == path }).environmentName == name)
    }

    @Test func `writing a setting changes the value of this setting only`() throws {
        let defaults = Configuration()
        for setting in Setting.all {
            var flags: [String] = []
            switch setting.read(defaults) {
            case .bool(let value): flags = ["\(setting.path)=\(!value)"]
            case .number(let literal):
                flags = ["\(setting.path)=\((Double(literal) ?? 0) + 1)".replacing(".0", with: "")]
            default: continue
            }
            guard let changed = try? SettingsSources(flags: flags).load() else { continue }
            #expect(defaults.changes(to: changed).map(\.path) == [setting.path])
        }
    }

    @Test func `the example file is valid and contains every setting`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../config.example.json")
        let bytes = Array(try Data(contentsOf: path))
        let settings = try SettingsSources(file: ("config.example.json", bytes)).load()
        #expect(try JSONParser.parse(bytes).compact == settings.json.compact)
        #expect(settings.missing().isEmpty)
        let changed = Configuration().changes(to: settings).map(\.path)
        #expect(changed == ["region", "queue.url", "output.bucket"], "the example shows the defaults")
    }
}
