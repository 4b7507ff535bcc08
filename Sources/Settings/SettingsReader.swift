// SPDX-License-Identifier: Apache-2.0

/// Knows where the settings are, and reads them as often as asked: at the start and at each reload.
package struct SettingsReader: Sendable {
    /// The configuration file, or nil when there is none.
    package var path: String?
    private let environment: [String: String]
    private let flags: [String]

    /// A configuration larger than this is none.
    private static let limit = 1 << 20

    package init(path: String?, environment: [String: String], flags: [String]) {
        self.path = path
        self.environment = environment
        self.flags = flags
    }

    /// The settings as they are now.
    ///
    /// - Throws: `SettingsError` with everything that is wrong.
    package func load() throws(SettingsError) -> Configuration {
        var sources = SettingsSources(environment: environment, flags: flags)
        if let path {
            do throws(LocalFile.Failure) {
                sources.file = (path, try LocalFile.read(path, limit: Self.limit))
            } catch {
                throw SettingsError(
                    .unreadable,
                    [.init(source: nil, path: "", expected: "the configuration cannot be read: \(error)")])
            }
        }
        return try sources.load()
    }

    /// As `load`, and what a service cannot do without must be given.
    package func loadForService() throws(SettingsError) -> Configuration {
        let settings = try load()
        let missing = settings.missing()
        guard missing.isEmpty else { throw SettingsError(.invalid, missing) }
        return settings
    }
}
