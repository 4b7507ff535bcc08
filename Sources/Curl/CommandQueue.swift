// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

/// What the rest of the program tells the loop.
enum CurlCommand: Sendable {
    case start(PendingRequest)
    case cancel(UInt64)
}

/// One request and the caller that waits for its end.
struct PendingRequest: Sendable {
    typealias Outcome = Result<Response, TransportError>

    let id: UInt64
    let request: Request
    /// When `send` was called: all limits count from here.
    let begin: ContinuousClock.Instant
    let caller: Handover<Outcome>

    func refusal(_ kind: TransportError.Kind, _ detail: String) -> TransportError {
        TransportError(
            kind, phase: .queued, host: request.url.authority, elapsed: ContinuousClock.now - begin,
            detail: detail)
    }
}

/// The only thing that the px-curl thread and the rest of the program share.
final class CommandQueue: Sendable {
    enum End: Equatable {
        case shutDown
        case died(CurlError)
    }

    private struct Contents {
        var commands: [CurlCommand] = []
        var mustStop = false
        var end: End?
        var isAsleep = false
        var lastTurn = ContinuousClock.now
        var lastID: UInt64 = 0
        var unfinished = 0
        var waiting = 0
        var finished = 0
        var connectionsOpened = 0
        var watchers: [CheckedContinuation<End, Never>] = []
    }

    private let contents: Locked<Contents>
    private let maxPendingRequests: Int

    /// What the loop sleeps on.
    let events: SocketEvents

    init(_ events: SocketEvents, maxPendingRequests: Int) {
        self.events = events
        contents = Locked(Contents())
        self.maxPendingRequests = maxPendingRequests
    }

    /// Called under the lock. One ring for each sleep, however many commands come during it.
    private func wake(_ contents: inout Contents) {
        guard contents.isAsleep else { return }
        contents.isAsleep = false
        events.ring()
    }

    // MARK: Called from anywhere

    /// Hands an order over, or ends it at once. `Task.isCancelled` is read under the lock: the cancellation
    /// handler runs after that flag is set and takes the same lock, so its command cannot come too early.
    func start(
        _ request: Request, begin: ContinuousClock.Instant, id: UInt64,
        _ caller: Handover<PendingRequest.Outcome>
    ) {
        let order = PendingRequest(id: id, request: request, begin: begin, caller: caller)
        let refusal: TransportError? = contents.withLock { contents in
            if Task.isCancelled { return order.refusal(.cancelled, "cancelled before it began") }
            if let end = contents.end { return order.refusal(.shutDown, end.words) }
            guard !contents.mustStop else { return order.refusal(.shutDown, End.shutDown.words) }
            guard contents.unfinished < maxPendingRequests else {
                return order.refusal(
                    .overloaded,
                    "\(contents.unfinished) requests are unfinished; raise maxPendingRequests or send fewer at once"
                )
            }
            contents.unfinished += 1
            contents.commands.append(.start(order))
            wake(&contents)
            return nil
        }
        if let refusal { caller.give(.failure(refusal)) }
    }

    func nextID() -> UInt64 {
        contents.withLock { contents in
            contents.lastID += 1
            return contents.lastID
        }
    }

    func cancel(_ id: UInt64) {
        contents.withLock { contents in
            guard contents.end == nil else { return }
            contents.commands.append(.cancel(id))
            wake(&contents)
        }
    }

    func stop() {
        contents.withLock { contents in
            contents.mustStop = true
            wake(&contents)
        }
    }

    /// Returns when the loop has ended, and how.
    func ended() async -> End {
        await withCheckedContinuation { continuation in
            let end: End? = contents.withLock { contents in
                if contents.end == nil { contents.watchers.append(continuation) }
                return contents.end
            }
            if let end { continuation.resume(returning: end) }
        }
    }

    var status: CurlStatus {
        contents.withLock { contents in
            var failure: CurlError?
            if case .died(let error) = contents.end { failure = error }
            return CurlStatus(
                failure: failure, isShutDown: contents.end == .shutDown, isStopping: contents.mustStop,
                sinceLastTurn: ContinuousClock.now - contents.lastTurn, unfinished: contents.unfinished,
                waiting: contents.waiting, finished: contents.finished,
                connectionsOpened: contents.connectionsOpened)
        }
    }

    // MARK: Called from the loop

    /// What the loop did since it last called `take`.
    struct TurnStatistics {
        var finished = 0
        var connectionsOpened = 0
        var waiting = 0
    }

    /// Takes all commands; nil when the loop must stop.
    func take(_ account: TurnStatistics, now: ContinuousClock.Instant) -> [CurlCommand]? {
        contents.withLock { contents in
            contents.isAsleep = false
            contents.lastTurn = now
            contents.unfinished -= account.finished
            contents.finished += account.finished
            contents.connectionsOpened += account.connectionsOpened
            contents.waiting = account.waiting
            guard !contents.mustStop else { return nil }
            let commands = contents.commands
            contents.commands.removeAll(keepingCapacity: true)
            return commands
        }
    }

    /// Whether the loop may sleep; from then on the next command wakes it.
    func fallAsleep() -> Bool {
        contents.withLock { contents in
            contents.isAsleep = contents.commands.isEmpty && !contents.mustStop
            return contents.isAsleep
        }
    }

    /// The loop has freed everything: refuses the orders that it has not seen any more, then tells who waits.
    func end(_ end: End, _ account: TurnStatistics) {
        let (left, watchers) = contents.withLock { contents in
            defer {
                contents.commands = []
                contents.watchers = []
            }
            contents.end = end
            contents.connectionsOpened += account.connectionsOpened
            contents.finished += contents.unfinished
            contents.unfinished = 0
            contents.waiting = 0
            return (contents.commands, contents.watchers)
        }
        for case .start(let order) in left {
            order.caller.give(.failure(order.refusal(.shutDown, end.words)))
        }
        for watcher in watchers { watcher.resume(returning: end) }
    }
}

extension CommandQueue.End {
    var words: String {
        switch self {
        case .shutDown: "the transport has been shut down"
        case .died(let error): error.description
        }
    }
}
