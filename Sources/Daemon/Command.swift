// SPDX-License-Identifier: Apache-2.0

/// A command to the daemon by a signal or a termination notice.
package enum Command: Sendable {
    /// The command to stop: SIGTERM, SIGINT, or a termination notice of EC2.
    case stop
    /// The command to reload the configuration: SIGHUP.
    case reload
}
