// SPDX-License-Identifier: Apache-2.0

/// A request from outside the process.
package enum Command: Sendable {
    /// SIGTERM, SIGINT, or a termination notice of EC2.
    case stop
    /// SIGHUP.
    case reload
}
