// SPDX-License-Identifier: Apache-2.0

/// Reads the settings from their sources, at the start and at each reload.
package struct SettingsReader: Sendable {
    /// The path of the configuration file, or nil when there is none.
    package var path: String?
    private let environment: [String: String]
    /// The `path=value` settings of the command line.
    package var flags: [String]

    /// The maximum size of the file in bytes; larger files are rejected.
    private static let maxBytes = 1 << 20

    package init(path: String?, environment: [String: String], flags: [String]) {
        self.path = path
        self.environment = environment
        self.flags = flags
    }

    /// Reads the file and merges it with the environment and the flags.
    ///
    /// - Throws: `SettingsError` with every problem.
    package func load() throws(SettingsError) -> Configuration {
        var sources = SettingsSources(environment: environment, flags: flags)
        if let path {
            do throws(LocalFile.Failure) {
                sources.file = (path, try LocalFile.read(path, limit: Self.maxBytes))
            } catch {
                throw SettingsError(
                    .unreadable,
                    [
                        .init(
                            source: nil, path: "", expected: "the configuration file cannot be read: \(error)"
                        )
                    ])
            }
        }
        return try sources.load()
    }

    /// Reads the settings like `load()`, and also checks that the settings required by the service have values.
    ///
    /// - Throws: `SettingsError` with every problem, or with every missing setting.
    package func loadForService() throws(SettingsError) -> Configuration {
        let settings = try load()
        let missing = settings.missing()
        guard missing.isEmpty else { throw SettingsError(.invalid, missing) }
        return settings
    }
}
