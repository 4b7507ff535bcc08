// SPDX-License-Identifier: Apache-2.0

/// The life of the daemon as a table: what has happened decides what is to be done, and nothing else does.
///
/// `starting → running → draining → stopped`. The caller carries out the actions; this touches nothing.
package struct SupervisorState: Sendable {
    package enum Phase: String, Sendable {
        /// The first poll has not been answered yet.
        case starting
        case running
        /// No new messages; those at hand are finished.
        case draining
        /// Nothing more is begun; what is not finished at once goes back to the queue.
        case hurrying
        case stopped
    }

    package enum Event: Sendable {
        /// The first receive has been answered.
        case answered
        /// SIGTERM or SIGINT, or the work that was ordered is done.
        case stopRequested
        case reloadRequested
        /// The start has taken longer than allowed.
        case startTimedOut
        /// The worker has returned.
        case workerEnded
    }

    package enum Action: Sendable, Equatable {
        case announceReady
        case announceStopping
        case drain
        case hurry
        case reload
        /// The start is given up: say why, and stop.
        case giveUp
        case leave
    }

    package private(set) var phase = Phase.starting

    package init() {}

    package mutating func handle(_ event: Event) -> [Action] {
        switch (phase, event) {
        case (.starting, .answered):
            phase = .running
            return [.announceReady]
        case (.starting, .startTimedOut):
            phase = .draining
            return [.giveUp, .announceStopping, .drain]
        case (.starting, .stopRequested), (.running, .stopRequested):
            phase = .draining
            return [.announceStopping, .drain]
        case (.draining, .stopRequested):
            phase = .hurrying
            return [.hurry]
        case (.starting, .reloadRequested), (.running, .reloadRequested):
            return [.reload]
        case (.starting, .workerEnded), (.running, .workerEnded):
            phase = .stopped
            return [.announceStopping, .leave]
        case (.draining, .workerEnded), (.hurrying, .workerEnded):
            phase = .stopped
            return [.leave]
        case (.running, .answered), (.running, .startTimedOut), (.draining, .answered),
            (.draining, .startTimedOut),
            (.draining, .reloadRequested), (.hurrying, _), (.stopped, _):
            return []
        }
    }
}
