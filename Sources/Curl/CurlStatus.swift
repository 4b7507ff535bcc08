// SPDX-License-Identifier: Apache-2.0

/// A snapshot of the state of the HTTP transport, from which health checks and metrics are made.
package struct CurlStatus: Sendable, Equatable {
    /// The error that ended the event loop; nil while it runs and after a shutdown.
    package var failure: CurlError?
    /// True when the event loop has ended because of `shutDown`.
    package var isShutDown: Bool
    /// True after `shutDown` was called. New requests fail.
    package var isStopping: Bool
    /// The time since the latest turn of the event loop. An idle loop makes a turn every 2 seconds
    /// (`CurlLoop.longestSleep`), so a much greater value means that the loop hangs.
    package var sinceLastTurn: Duration
    /// The number of requests that were passed to `send` and have not ended.
    package var pending: Int
    /// The number of pending requests that waited for a connection at the end of the latest turn of the event loop.
    package var waiting: Int
    /// The number of requests that have ended with a response or an error since the transport was created.
    package var finished: Int
    /// The number of connections that were opened since the transport was created.
    package var connectionsOpened: Int
}
