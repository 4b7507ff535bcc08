// SPDX-License-Identifier: Apache-2.0

import Settings
import Testing
import Worker

struct SettingsSchemaTests {
    /// Returns the schema of the value at the path of a setting.
    private func schema(_ path: String) throws -> [String: JSONValue] {
        var schema = SettingsSchema.json
        for name in path.split(separator: ".") {
            let properties = try #require(members(schema)["properties"])
            schema = try #require(members(properties)[String(name)], "\(path)")
        }
        return members(schema)
    }

    private func members(_ value: JSONValue) -> [String: JSONValue] {
        guard case .object(let members) = value else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value) }) { $1 }
    }

    @Test func `the schema describes every setting with its default`() throws {
        let missing = Set(Configuration().missing().map(\.path))
        for setting in Setting.all {
            let schema = try schema(setting.path)
            let value = setting.read(Configuration())
            #expect(schema["default"] == (missing.contains(setting.path) ? nil : value), "\(setting.path)")
            guard case .string(let text) = schema["description"] else {
                Issue.record("\(setting.path) has no description")
                continue
            }
            #expect(text.hasPrefix(setting.help + ".") && text.hasSuffix(setting.environmentName))
        }
    }

    @Test(arguments: [
        ("queue.waitSeconds", "0", "20"), ("queue.visibilitySeconds", "3", "43200"),
        ("network.maxConnectionsPerHost", "1", "4096"), ("worker.maxRetrySeconds", "1", "43200"),
        ("worker.maxMessages", "1", nil), ("aws.timeouts.connectSeconds", "0.05", "3600"),
        ("aws.retries.maxAttempts", "1", "20"), ("worker.memoryBytes", "0", "1125899906842624"),
    ])
    func `the bounds of numbers are those that no other setting can widen`(
        path: String, minimum: String, maximum: String?
    ) throws {
        let schema = try schema(path)
        #expect(schema["minimum"] == .number(minimum))
        #expect(schema["maximum"] == maximum.map { .number($0) })
    }

    @Test func `every number of the settings has a minimum`() throws {
        for setting in Setting.all {
            let schema = try schema(setting.path)
            if case .number = setting.read(Configuration()) {
                #expect(schema["minimum"] != nil, "\(setting.path)")
            }
        }
        #expect(members(try #require(try schema("pixelation.sizes")["items"]))["maximum"] == .number("256"))
    }

    @Test func `the address of a schema in the configuration file is no setting`() throws {
        let file = ("config.json", Array(#"{"$schema": "./s.json", "queue": {"waitSeconds": 3}}"#.utf8))
        #expect(try SettingsSources(file: file).load().worker.waitSeconds == 3)
        for wrong in [#"{"$schema": 3}"#, #"{"queue": {"$schema": "x"}}"#, #"{"$Schema": "x"}"#] {
            #expect(throws: SettingsError.self, "\(wrong)") {
                try SettingsSources(file: ("config.json", Array(wrong.utf8))).load()
            }
        }
    }
}
