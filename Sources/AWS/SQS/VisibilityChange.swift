// SPDX-License-Identifier: Apache-2.0

/// A change of the visibility timeout of one message in flight.
package struct VisibilityChange: Sendable, Equatable {
    /// The receipt handle of the latest receive of the message.
    package var receiptHandle: String
    /// The new visibility timeout, which begins at the time of the call, in whole seconds: 0 s...12 h. 0 makes the
    /// message visible at once.
    package var timeout: Duration

    package init(receiptHandle: String, timeout: Duration) {
        self.receiptHandle = receiptHandle
        self.timeout = timeout
    }
}
