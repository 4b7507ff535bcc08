// SPDX-License-Identifier: Apache-2.0

/// The changes of one turn of the loop, for `CurlStatus`.
struct TurnStatistics {
    /// The number of requests that ended during the turn.
    var finished = 0
    /// The number of connections opened for them.
    var connectionsOpened = 0
    /// The number of requests that wait for a connection at the end of the turn.
    var waiting = 0
}
