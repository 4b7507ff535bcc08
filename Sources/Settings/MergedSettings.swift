// SPDX-License-Identifier: Apache-2.0

/// The settings of all sources together, with the source of each value.
package struct MergedSettings: Sendable {
    /// The configuration, in which an invalid value of a source of the right type has replaced the earlier value.
    package var configuration: Configuration
    /// The sources of the values by the paths of the settings; settings with their defaults have no entry.
    var origins: [String: SettingOrigin]
    /// The problems of all sources and values.
    package var problems: [SettingsProblem]

    /// Returns the source of the value of a setting.
    package func origin(of setting: Setting) -> SettingOrigin { origins[setting.path] ?? .builtIn }

    /// Returns the configuration.
    ///
    /// - Throws: `SettingsError` when there are problems.
    package func valid() throws(SettingsError) -> Configuration {
        guard problems.isEmpty else { throw SettingsError(.invalid, problems) }
        return configuration
    }
}
