// SPDX-License-Identifier: Apache-2.0

/// The source of the value of a setting.
package enum SettingOrigin: Sendable, Equatable {
    /// No source has a value, so that the default is in force.
    case builtIn
    /// A line of the configuration file, counted from 1.
    case file(String, line: Int)
    /// The name of an environment variable.
    case environment(String)
    /// The option `--set` of the command line, or an option that sets a single setting.
    case flag

    /// The name of the kind of source in JSON: `default`, `file`, `environment` or `flag`.
    package var kind: String {
        switch self {
        case .builtIn: "default"
        case .file: "file"
        case .environment: "environment"
        case .flag: "flag"
        }
    }
}

extension SettingOrigin: CustomStringConvertible {
    /// The place of the value: `default`, `config.json:12`, `PIXELATED_QUEUE_URL` or `--set`.
    package var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let name, let line): "\(name):\(line)"
        case .environment(let name): name
        case .flag: "--set"
        }
    }
}
