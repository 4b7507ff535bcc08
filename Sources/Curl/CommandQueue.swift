// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

/// The queue of commands from the callers to the event loop on the px-curl thread, and the only state that this thread
/// shares with the rest of the program.
///
/// One lock guards the state of the queue. The lock is held only for a few assignments at a time.
final class CommandQueue: Sendable {
    /// The way in which the event loop ended.
    enum End: Equatable {
        /// The loop ended because of `stop`.
        case shutDown
        /// The loop ended because of an error of libcurl or of the operating system.
        case failed(CurlError)

        /// The text for `TransportError.detail` of the requests that end because the loop has ended.
        var description: String {
            switch self {
            case .shutDown: "the transport has been shut down"
            case .failed(let error): error.description
            }
        }
    }

    private struct State {
        /// The commands that the event loop has not taken yet, in the order of arrival.
        var commands: [CurlCommand] = []
        /// True after `stop` was called.
        var isStopping = false
        /// The way in which the event loop ended; nil while it runs.
        var end: End?
        /// True while the event loop waits or is about to wait, so that a new command must wake it.
        var isAsleep = false
        var lastTurn = ContinuousClock.now
        var lastID: UInt64 = 0
        // The figures of `CurlStatus`.
        var pending = 0
        var waiting = 0
        var finished = 0
        var connectionsOpened = 0
        /// The continuations of the suspended callers of `waitForEnd`.
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Locked<State>
    private let maxPendingRequests: Int

    /// The socket events that the event loop waits for. Each new command wakes the loop through this object.
    let events: SocketEvents

    init(_ events: SocketEvents, maxPendingRequests: Int) {
        self.events = events
        state = Locked(State())
        self.maxPendingRequests = maxPendingRequests
    }

    /// Wakes the event loop, at most once during each wait, however many commands arrive. The lock must be held.
    private func wake(_ state: inout State) {
        guard state.isAsleep else { return }
        state.isAsleep = false
        events.wake()
    }

    // MARK: Called from any thread

    /// Returns the identifier of the next request.
    func nextID() -> UInt64 {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    /// Passes a request to the event loop. The request ends at once with an error when its task is cancelled, when the
    /// loop is stopping or has ended, and when `maxPendingRequests` requests are pending.
    ///
    /// `Task.isCancelled` is read under the lock. A cancellation handler runs after this flag is set, and calls
    /// `cancel`, which takes the same lock. Therefore either the flag is true here, or the cancel command follows the
    /// start command.
    func start(
        _ request: Request, begin: ContinuousClock.Instant, id: UInt64,
        _ caller: Handover<PendingRequest.Outcome>
    ) {
        let pending = PendingRequest(id: id, request: request, begin: begin, caller: caller)
        let failure: TransportError? = state.withLock { state in
            if Task.isCancelled { return pending.failure(.cancelled, "cancelled before it was sent") }
            if let end = state.end { return pending.failure(.shutDown, end.description) }
            guard !state.isStopping else { return pending.failure(.shutDown, End.shutDown.description) }
            guard state.pending < maxPendingRequests else {
                return pending.failure(
                    .overloaded,
                    "\(state.pending) requests are pending; raise maxPendingRequests or send fewer at once")
            }
            state.pending += 1
            state.commands.append(.start(pending))
            wake(&state)
            return nil
        }
        if let failure { caller.resume(returning: .failure(failure)) }
    }

    /// Cancels the request with the identifier `id`, which was passed to `start`. A request that has ended is not
    /// affected.
    func cancel(_ id: UInt64) {
        state.withLock { state in
            guard state.end == nil else { return }
            state.commands.append(.cancel(id))
            wake(&state)
        }
    }

    /// Stops the event loop. All pending requests end with the error `.shutDown`. Further calls have no effect.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            wake(&state)
        }
    }

    /// Waits until the event loop and all of its requests have ended.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if state.end == nil { state.waiters.append(continuation) }
                return state.end != nil
            }
            if hasEnded { continuation.resume() }
        }
    }

    var status: CurlStatus {
        state.withLock { state in
            var failure: CurlError?
            if case .failed(let error) = state.end { failure = error }
            return CurlStatus(
                failure: failure, isShutDown: state.end == .shutDown, isStopping: state.isStopping,
                sinceLastTurn: ContinuousClock.now - state.lastTurn, pending: state.pending,
                waiting: state.waiting, finished: state.finished,
                connectionsOpened: state.connectionsOpened)
        }
    }

    // MARK: Called from the px-curl thread

    /// Moves all commands to `commands`, and adds the statistics of the previous turn of the event loop to the status.
    ///
    /// - Parameter commands: an empty array, which gets the commands in the order of arrival. Its memory is used for
    ///   the next ones.
    /// - Returns: false when the loop must stop.
    func take(
        _ commands: inout [CurlCommand], _ statistics: TurnStatistics, now: ContinuousClock.Instant
    ) -> Bool {
        state.withLock { state in
            state.isAsleep = false
            state.lastTurn = now
            state.pending -= statistics.finished
            state.finished += statistics.finished
            state.connectionsOpened += statistics.connectionsOpened
            state.waiting = statistics.waiting
            guard !state.isStopping else { return false }
            swap(&state.commands, &commands)
            return true
        }
    }

    /// Returns true when there is no command, so that the event loop can wait for events. The next command then wakes
    /// it.
    func prepareToSleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.commands.isEmpty && !state.isStopping
            return state.isAsleep
        }
    }

    /// Records that the event loop has ended and has freed its handles. The requests that the loop has not taken end
    /// with an error, and the callers of `waitForEnd` are resumed.
    func finish(_ end: End, _ statistics: TurnStatistics) {
        let (left, waiters) = state.withLock { state in
            defer {
                state.commands = []
                state.waiters = []
            }
            state.end = end
            state.connectionsOpened += statistics.connectionsOpened
            state.finished += state.pending
            state.pending = 0
            state.waiting = 0
            return (state.commands, state.waiters)
        }
        for case .start(let pending) in left {
            pending.caller.resume(returning: .failure(pending.failure(.shutDown, end.description)))
        }
        for waiter in waiters { waiter.resume() }
    }
}
