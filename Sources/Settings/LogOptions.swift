// SPDX-License-Identifier: Apache-2.0

package import Logging
package import Systemd

/// The log's level and format.
package struct LogOptions: Sendable, Equatable {
    /// The minimum level of the lines that are logged.
    package var level: Logger.Level = .info
    /// The format of the lines. `automatic` is the journal's native format when stderr is connected to the journal,
    /// and text otherwise.
    package var format: LogFormat = .automatic

    package init() {}
}
