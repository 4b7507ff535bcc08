// SPDX-License-Identifier: Apache-2.0

/// A snapshot of the transport: evidence for a watchdog, figures for metrics.
package struct CurlStatus: Sendable, Equatable {
    /// Nil while the transport works or after it was shut down; otherwise why its loop ended.
    package var failure: CurlError?
    package var isShutDown: Bool
    /// The shutdown has been asked for: nothing new is taken.
    package var isStopping: Bool
    /// How long ago the loop last turned. It turns at least every `CurlLoop.longestSleep` even when
    /// there is nothing to do, so a value far beyond that means a stuck loop.
    package var sinceLastTurn: Duration
    /// Requests handed over and not yet finished.
    package var pending: Int
    /// Those of them that wait for a free connection, as of the last turn.
    package var waiting: Int
    /// Since the start: finished transfers, whatever their outcome.
    package var finished: Int
    /// Since the start: connections opened for them.
    package var connectionsOpened: Int
}
