// SPDX-License-Identifier: Apache-2.0

/// The options for a daemon that runs on an EC2 instance.
package struct InstanceOptions: Sendable, Equatable {
    /// True when the daemon drains as soon as EC2 announces the termination of its instance.
    package var drainOnTermination = false

    package init() {}
}
