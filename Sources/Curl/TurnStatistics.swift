// SPDX-License-Identifier: Apache-2.0

/// The statistics of one turn of the event loop, which are added to `CurlStatus`.
struct TurnStatistics {
    /// The number of requests that ended during the turn.
    var finished = 0
    /// The number of connections that were opened for the requests that ended during the turn.
    var connectionsOpened = 0
    /// The number of requests that wait for a connection at the end of the turn.
    var waiting = 0
}
