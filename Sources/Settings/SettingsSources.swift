// SPDX-License-Identifier: Apache-2.0

/// The sources of settings, from the weakest to the strongest: defaults, file, environment, flags.
package struct SettingsSources: Sendable {
    /// The configuration file: its name, for error messages, and its content.
    package var file: (name: String, bytes: [UInt8])?
    package var environment: [String: String]
    /// The `path=value` arguments of `--set` and those that other flags stand for. The last one of a path wins.
    package var flags: [String]

    package init(
        file: (name: String, bytes: [UInt8])? = nil, environment: [String: String] = [:], flags: [String] = []
    ) {
        self.file = file
        self.environment = environment
        self.flags = flags
    }

    /// Merges the sources into a configuration.
    ///
    /// - Throws: `SettingsError` with every problem of every source.
    package func load() throws(SettingsError) -> Configuration {
        var loader = SettingsLoader()
        if let file {
            do throws(JSONParser.Failure) {
                loader.take(try JSONParser.parse(file.bytes), file: file.name)
            } catch {
                let place = "\(file.name):\(error.line)"
                throw SettingsError(
                    .malformed, [.init(source: place, path: "", expected: "must be JSON: \(error.reason)")])
            }
        }
        loader.take(environment: environment)
        for flag in flags { loader.take(flag: flag) }
        return try loader.finish()
    }
}
