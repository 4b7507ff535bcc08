// SPDX-License-Identifier: Apache-2.0

/// The reader of the settings from their sources: the configuration file, the environment and the command line. It
/// reads them at the start and at each reload.
package struct SettingsReader: Sendable {
    /// The path of the configuration file, or nil when there is none.
    package var path: LocalPath?
    private let environment: [String: String]
    /// The settings of the command line, each in the form `path=value`.
    package var flags: [String]

    /// The maximum size of the configuration file in bytes. A larger file is an error.
    private static let maxBytes = 1 << 20

    package init(path: LocalPath?, environment: [String: String], flags: [String]) {
        self.path = path
        self.environment = environment
        self.flags = flags
    }

    /// Reads the configuration file, merges it with the environment and the command line, and returns the
    /// configuration.
    ///
    /// - Parameter waits: False to fail instead of waiting when the configuration file is a pipe.
    /// - Throws: `SettingsError` with every problem.
    package func load(waits: Bool = true) throws(SettingsError) -> Configuration {
        try merge(waits: waits).valid()
    }

    /// Reads the settings like `load()`, and returns them with their sources, also when some of them are invalid.
    ///
    /// - Throws: `SettingsError` when the configuration file cannot be read or is not JSON.
    package func merge(waits: Bool = true) throws(SettingsError) -> MergedSettings {
        var sources = SettingsSources(environment: environment, flags: flags)
        if let path {
            do throws(LocalFile.Failure) {
                sources.file = ("\(path)", try LocalFile.read(path, limit: Self.maxBytes, waits: waits))
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
        return try sources.merge()
    }

    /// Reads the settings like `load()`, and also checks that the settings required by the service have values.
    ///
    /// - Throws: `SettingsError` with every problem, or, when there is none, with every missing setting.
    package func loadForService(waits: Bool = true) throws(SettingsError) -> Configuration {
        let settings = try load(waits: waits)
        let missing = settings.missing()
        guard missing.isEmpty else { throw SettingsError(.invalid, missing) }
        return settings
    }
}
