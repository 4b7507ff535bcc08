// SPDX-License-Identifier: Apache-2.0

/// The phases of the daemon as a state machine: `starting → running → draining → stopping → stopped`. Phases between
/// the first and the last can be skipped, but `stopping` always follows `draining`.
///
/// The function `handle(_:)` contains the transitions. It has no side effects; `Supervisor` performs the actions that
/// it returns.
package struct SupervisorState: Sendable {
    package enum Phase: String, Sendable {
        /// No poll of the queue has succeeded yet.
        case starting
        case running
        /// No more messages are received, and those in flight are finished.
        case draining
        /// The stop is forced, and messages in flight are released.
        case stopping
        case stopped
    }

    package enum Event: Sendable {
        /// A poll of the queue has succeeded for the first time.
        case answered
        /// A stop has been requested by a signal or a termination notice.
        case stopRequested
        case reloadRequested
        /// No poll of the queue has succeeded within the time limit, or the queue does not exist.
        case startTimedOut
        /// The worker has returned.
        case workerEnded
    }

    package enum Action: Sendable, Equatable {
        case announceReady
        case announceStopping
        case drain
        /// The supervisor releases the messages in flight.
        case forceStop
        case reload
        /// The supervisor logs the reason why the start has timed out.
        case reportStartTimeout
        /// The supervisor ends `Supervisor.run`.
        case exit
    }

    package private(set) var phase = Phase.starting

    package init() {}

    /// Changes the phase after an event, and returns the actions that the caller must perform, in this order.
    package mutating func handle(_ event: Event) -> [Action] {
        switch (phase, event) {
        case (.starting, .answered):
            phase = .running
            return [.announceReady]
        case (.starting, .startTimedOut):
            phase = .draining
            return [.reportStartTimeout, .announceStopping, .drain]
        case (.starting, .stopRequested), (.running, .stopRequested):
            phase = .draining
            return [.announceStopping, .drain]
        case (.draining, .stopRequested):
            phase = .stopping
            return [.forceStop]
        case (.starting, .reloadRequested), (.running, .reloadRequested):
            return [.reload]
        case (.starting, .workerEnded), (.running, .workerEnded):
            phase = .stopped
            return [.announceStopping, .exit]
        case (.draining, .workerEnded), (.stopping, .workerEnded):
            phase = .stopped
            return [.exit]
        case (.running, .answered), (.running, .startTimedOut), (.draining, .answered),
            (.draining, .startTimedOut),
            (.draining, .reloadRequested), (.stopping, _), (.stopped, _):
            return []
        }
    }
}
