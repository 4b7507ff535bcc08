// SPDX-License-Identifier: Apache-2.0

/// A snapshot of the transport, for health checks and metrics.
package struct CurlStatus: Sendable, Equatable {
    /// The error with which the loop ended; nil while it runs and after a shutdown.
    package var failure: CurlError?
    /// True when the loop has ended because of `shutDown`.
    package var isShutDown: Bool
    /// True from the call of `shutDown` on. New requests fail.
    package var isStopping: Bool
    /// The time since the latest turn of the loop. An idle loop turns every `CurlLoop.longestSleep`, 2 seconds, so a
    /// much greater value means that the loop hangs.
    package var sinceLastTurn: Duration
    /// The number of requests that have been sent and not ended.
    package var pending: Int
    /// The number of pending requests that waited for a connection at the end of the latest turn.
    package var waiting: Int
    /// The number of requests that have ended since the start, with a response or an error.
    package var finished: Int
    /// The number of connections opened since the start.
    package var connectionsOpened: Int
}
