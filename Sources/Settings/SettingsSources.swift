// SPDX-License-Identifier: Apache-2.0

/// The sources of settings in the order of increasing precedence: defaults, configuration file, environment, command
/// line.
package struct SettingsSources: Sendable {
    /// The name of the configuration file, which appears in error texts, and its content; nil for no file.
    package var file: (name: String, bytes: [UInt8])?
    package var environment: [String: String]
    /// The settings of the command line as `path=value`: those of `--set` and of the flags that set a single setting.
    /// The last one of several for the same path takes effect.
    package var flags: [String]

    package init(
        file: (name: String, bytes: [UInt8])? = nil, environment: [String: String] = [:], flags: [String] = []
    ) {
        self.file = file
        self.environment = environment
        self.flags = flags
    }

    /// Merges the sources and returns the configuration.
    ///
    /// - Throws: `SettingsError` with every problem of every source.
    package func load() throws(SettingsError) -> Configuration { try merge().valid() }

    /// Merges the sources and returns the settings with their sources, also when some of them are invalid.
    ///
    /// - Throws: `SettingsError` when the configuration file is not JSON.
    func merge() throws(SettingsError) -> MergedSettings {
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
        return loader.finish()
    }
}
