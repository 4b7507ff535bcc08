// SPDX-License-Identifier: Apache-2.0

internal import AWS

/// A message that this process has received and has not settled yet.
struct InFlightMessage: Sendable {
    /// The message as it was received. Its receipt handle can be outdated; the lease has the latest one.
    let content: Message
    /// The time from the sending of the message to its receipt; nil when the queue does not report the time of sending.
    let age: Duration?
    let lease: LeaseManagerState.ID
    /// The signal that cancels the work on the message.
    let stopSignal: StopSignal
    /// The times at which the poll that received the message began and ended, by `WorkerClock`.
    var received = (begin: Duration.zero, end: Duration.zero)

    /// True when the message has been received before, by this or another process (receive count above 1).
    var isRedelivered: Bool { content.receiveCount > 1 }
}
