// SPDX-License-Identifier: Apache-2.0

package import Logging
package import Systemd

/// The options of the log: its level and its format.
package struct LogOptions: Sendable, Equatable {
    /// The minimum level of the log events that are written.
    package var level: Logger.Level = .info
    /// The format of the log. `automatic` means journal entries when standard error is connected to the journal, and
    /// lines of text otherwise.
    package var format: LogFormat = .automatic

    package init() {}
}
