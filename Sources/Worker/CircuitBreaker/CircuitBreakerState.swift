// SPDX-License-Identifier: Apache-2.0

/// The state of a circuit breaker, which tells the failures of a dependency (S3, the credentials, KMS, the output
/// bucket) from those of single objects. A failure of the dependency raises no receive counts, and a failure of an
/// object delays no other message.
///
/// ```
///          unexplained failure of a fresh message          nextProbe
///  closed ---------------------------------------> open -----------> half-open
///    ^ ^                                           |  ^                |   |
///    | +------ success that explains the failure --+  +--- failure ----+   |
///    +--------------------------- success ---------------------------------+
/// ```
///
/// A failure is *explained* by a success of another message whose request has the same operation and began no earlier
/// than the failed one: the dependency works, and the object of the failed request does not. The record is then
/// repeated after a pause. When the same request of the message has failed `minOwnFailures` times in a row, and for
/// `ownFailureTime`, the message is isolated, which means that it is treated as with the disposition `retry`. A request
/// that hung for `ownFailureTime` while others succeeded isolates its message at once. A dependency that fails now and
/// then fails for one request and another, and isolates no message.
///
/// A message whose failure is not explained is held until it is: its lease is kept, and its record is repeated later.
/// The record of one held message at a time is repeated as a probe, after pauses that grow to 30 s. When a request that
/// began after the failure has succeeded, further failures of the message count as explained.
///
/// An unexplained failure of a fresh message, which is in its first receive, opens the breaker: at once, or when it is
/// not explained within `shortDoubtTime` if the dependency has just worked. That of a redelivered message can be the
/// repeated failure of its object, and opens the breaker when it is not explained within `doubtTime`. While the breaker
/// is open, messages are received one at a time, as trial receives, after pauses that grow to 30 s. A trial receive of
/// a redelivered message, or of one that needs no request, is followed by the next one after a second. The first
/// success that explains the failure which opened the breaker closes it.
///
/// The receive count of a held message does not rise, but that of a released message rises when it is received again.
/// Therefore a held message is released only in these cases:
/// 1. The breaker has been open for `holdTime`, more than `minimumHeld` messages are held, and the message is in its
///    first receive. Workers with a working network or valid credentials then receive it, and its receive count rises
///    at most once because of the outage, however many workers there are.
/// 2. As many messages are held as there is room for. One of them is then released every `exchangeInterval`, because
///    the objects of all of them can be the cause: one that was received the fewest times.
/// 3. The worker drains.
///
/// This type has no clock and does no I/O. `CircuitBreaker` does the waiting.
package struct CircuitBreakerState: Sendable {
    package typealias ID = LeaseManagerState.ID
    package typealias Request = RequestHistory.Request

    /// The state of the circuit breaker: closed, open or half-open.
    package enum Phase: Sendable, Equatable {
        /// No failure of the dependency is known.
        case closed
        /// The dependency has failed.
        case open
        /// The dependency has failed, and a probe tests whether it works again.
        case halfOpen
    }

    /// The treatment of a message after a failure.
    package enum FailureDecision: Sendable, Equatable {
        /// The lease of the message is kept until its record is repeated or the message is released.
        case hold
        /// The message and not the dependency is the cause, so the message is treated as with the disposition `retry`.
        case isolateMessage
        /// The breaker holds the maximum number of messages, so this message is released and retried later.
        case noRoom
    }

    /// The next action of a held message.
    package enum ProbeDecision: Sendable, Equatable {
        /// The record of the message is repeated.
        case proceed
        /// The message waits until this time by `WorkerClock`, or until the state of the breaker changes. With nil only
        /// a change of the state ends the wait.
        case wait(until: Duration?)
        /// The message is released and becomes visible again after this delay.
        case release(after: Duration)
    }

    /// The failure that opened the breaker, and the trial receives since then.
    package struct Opening: Sendable, Equatable {
        /// The kind of the latest unexplained failure.
        package var kind: WorkerError.Kind
        /// The operation whose success closes the breaker: the latest stage of a record among the failed ones.
        package var operation: RequestHistory.Operation
        /// The time just before the request was sent whose failure opened the breaker, by `WorkerClock`.
        package var began: Duration
        /// The time at which the breaker opened, by `WorkerClock`.
        package var since: Duration
        /// The number of trial receives that returned a fresh message.
        package var trials = 0
        /// The time of the next trial receive, by `WorkerClock`.
        package var nextTrial: Duration
    }

    /// A message whose latest failure is not explained.
    private struct Held: Sendable, Equatable {
        var id: ID
        var kind: WorkerError.Kind
        /// The latest failed request.
        var request: Request
        /// Its receive count.
        var receives: Int
        /// The time of the first of its unexplained failures, by `WorkerClock`.
        var since: Duration
        /// The time, by `WorkerClock`, at which its failure opens the breaker unless it is explained before.
        var opensAt: Duration
        /// The time of its latest failure, by `WorkerClock`.
        var failedAt: Duration
    }

    /// A request of a message whose failures are explained, so that its object is at fault.
    private struct Suspect: Sendable {
        var request: Request
        /// The number of failures since the latest success of the request; see `weight`.
        var failures: Int
        /// The time, by `WorkerClock`, from which `ownFailureTime` counts.
        var since: Duration
        /// True when a request of another message that began after a failure of this one has succeeded, so that its
        /// further failures are its own without further evidence.
        var isProven: Bool
    }

    /// The number of explained failures of one request in a row before which a message is not isolated.
    static let minOwnFailures = 4
    /// The same while requests that had failed have lately succeeded. When half of all requests fail, one of 4,000
    /// requests fails so often in a row.
    static let minOwnFailuresAfterRecovery = 12
    /// The time for which a request that failed and then succeeded shows that the dependency fails now and then.
    static let recoveryTime = Duration.seconds(600)
    /// The time for which one request must fail before its message is isolated.
    static let ownFailureTime = Duration.seconds(20)
    /// The time for which an unexplained failure of a redelivered message does not open the breaker.
    static let doubtTime = Duration.seconds(60)
    /// The time for which an unexplained failure of a fresh message does not open the breaker when the dependency has
    /// worked within the last `recentTime`.
    static let shortDoubtTime = Duration.seconds(15)
    /// The age up to which a success is recent.
    static let recentTime = Duration.seconds(30)
    /// The pause after a trial receive whose message says nothing about an outage.
    static let inconclusiveTrialPause = Duration.seconds(1)
    /// The time after the opening of the breaker in which no message is released. Most outages are shorter, and so do
    /// not raise the receive count of any message.
    static let holdTime = Duration.seconds(60)
    /// The delay after which a released message becomes visible again, except a release for want of room.
    static let releaseDelay = Duration.seconds(5)
    /// The minimum number of messages that stay held for probes after `holdTime`; further ones may be released.
    static let minimumHeld = 2
    /// The interval of the releases while as many messages are held as there is room for.
    static let exchangeInterval = Duration.seconds(180)
    /// The delay after which a message that was released for want of room becomes visible again.
    static let noRoomDelay = Duration.seconds(3600)

    /// The failure that opened the breaker, and the trial receives since then; nil while the breaker is closed.
    package private(set) var opening: Opening?
    /// The message whose record is being repeated as the probe; nil when there is none.
    package private(set) var probe: ID?
    private var requests = RequestHistory()
    /// The held messages, beginning with the next probe.
    private var held: [Held] = []
    /// The suspect requests of each message. There are as many as the objects of one record.
    private var suspects: [ID: [Suspect]] = [:]
    /// The time, by `WorkerClock`, at which a request that had failed succeeded for the latest time.
    private var latestRecovery: Duration?
    /// The messages whose record is repeated at a time of `WorkerClock`, because their failure is explained.
    private var pauses: [ID: Duration] = [:]
    private var probes = 0
    private var nextProbe = Duration.zero
    /// The time of the latest release for want of room, or since which there is no room; nil while there is room.
    private var lastExchange: Duration?
    private var isDraining = false
    /// The maximum number of messages that can be held. It can change at any time.
    package var room: Int
    private let isRarelyNeeded: Bool
    private let backoff: Backoff

    /// Makes a closed circuit breaker.
    ///
    /// - Parameters:
    ///   - room: The maximum number of messages that can be held.
    ///   - isRarelyNeeded: True for a dependency that most messages do not need. The breaker then closes when no
    ///     message is held, a message for which there is no room is not held, and redelivered messages open the breaker
    ///     like fresh ones.
    ///   - backoff: The delays between probes, between trial receives, and before an explained failure is repeated.
    package init(room: Int, isRarelyNeeded: Bool = false, backoff: Backoff = .breakerProbe) {
        self.room = room
        self.isRarelyNeeded = isRarelyNeeded
        self.backoff = backoff
    }

    package var phase: Phase {
        guard opening != nil else { return .closed }
        return probe == nil ? .open : .halfOpen
    }

    /// The number of messages with an unexplained failure.
    package var heldCount: Int { held.count }

    // MARK: Receiving

    /// Returns the number of messages that can be received now: nil (no limit) while the breaker is closed, otherwise 1
    /// when a trial receive is due and 0 when none is.
    package func allowance(now: Duration) -> Int? { opening.map { now >= $0.nextTrial ? 1 : 0 } }

    /// Records that messages were received. While the breaker is open, the next trial receive follows after a pause.
    ///
    /// - Parameter jitter: A random number in 0...1.
    package mutating func received(now: Duration, jitter: Double) {
        guard var current = opening else { return }
        current.trials += 1
        current.nextTrial = now + backoff.delay(attempt: current.trials + 1, jitter: jitter)
        opening = current
    }

    /// Records that the message of a trial receive shows neither that the dependency fails nor that it works, so that
    /// the next one follows soon.
    package mutating func trialWasInconclusive(now: Duration) {
        guard var current = opening else { return }
        current.trials = max(0, current.trials - 1)
        current.nextTrial = min(current.nextTrial, now + Self.inconclusiveTrialPause)
        opening = current
    }

    /// Returns the number of messages that wait for the dependency: those that are held or pause before their
    /// repetition, and those with a stalled request. `nextChange` is the time at which a request can become stalled.
    package func waiting(now: Duration) -> (count: Int, nextChange: Duration?) {
        var (ids, nextChange) = requests.stalled(now: now)
        ids.formUnion(pauses.keys)
        ids.formUnion(held.lazy.map(\.id).filter { $0 != probe })
        return (ids.count, nextChange)
    }

    // MARK: Requests

    /// Records that a request of a message is sent now.
    package mutating func began(_ id: ID, now: Duration) { requests.began(id, now: now) }

    /// Records the end of a request.
    ///
    /// - Parameter isSuccess: True when the result of the request shows that the dependency works.
    /// - Returns: True when the success explains failures of held messages or closes the breaker.
    package mutating func ended(_ id: ID, _ request: Request, isSuccess: Bool, now: Duration) -> Bool {
        requests.ended(id)
        return isSuccess && succeeded(id, request, now: now)
    }

    /// Records that the result of a request shows that the dependency works.
    ///
    /// - Returns: True when the success explains failures of held messages or closes the breaker.
    package mutating func succeeded(_ id: ID, _ request: Request, now: Duration) -> Bool {
        requests.succeeded(id, request)
        let proves = request.operation.proves
        // A success of a message for another object says nothing about the object that failed.
        if suspect(request, of: id) != nil {
            suspects[id]?.removeAll { $0.request.isSame(as: request) }
            latestRecovery = now
        }
        if held.contains(where: { $0.id == id && $0.request.isSame(as: request) }) {
            removeHeld(id)
            latestRecovery = now
        }
        guard opening != nil || !held.isEmpty else { return false }
        let explained = held.filter {
            $0.id != id && proves($0.request.operation) && request.began >= $0.request.began
        }
        for message in explained {
            removeHeld(message.id)
            let previous = suspect(message.request, of: message.id)
            keep(
                Suspect(
                    request: message.request,
                    failures: (previous?.failures ?? 0)
                        + Self.weight(message.request, failedAt: message.failedAt),
                    since: previous?.since ?? now, isProven: request.began >= message.failedAt),
                of: message.id)
        }
        var closes = false
        if let opening, proves(opening.operation), request.began >= opening.began {
            self.opening = nil
            closes = true
        }
        return closes || !explained.isEmpty
    }

    // MARK: Held messages

    /// Records a failure with the disposition `open-breaker`.
    ///
    /// - Parameters:
    ///   - request: The failed request, after its `ended`.
    ///   - receives: The receive count of the message.
    ///   - wasIsolated: True when the message was isolated in an earlier receive. Such messages are isolated again when
    ///     half of the room is taken, so that they leave room for others.
    ///   - jitter: A random number in 0...1 for the delay until the repetition.
    package mutating func failed(
        _ kind: WorkerError.Kind, _ request: Request, by id: ID, receives: Int, wasIsolated: Bool = false,
        now: Duration, jitter: Double
    ) -> FailureDecision {
        let wasProbe = probe == id
        let known = suspect(request, of: id)
        if known?.isProven == true || requests.hasSuccess(since: request, byOthersThan: id) {
            var suspect =
                known ?? Suspect(request: request, failures: 0, since: request.began, isProven: false)
            suspect.failures += Self.weight(request, failedAt: now)
            return repeatOrIsolate(id, suspect, now: now, jitter: jitter)
        }
        let previous = held.first { $0.id == id }
        guard previous != nil || !isRarelyNeeded || held.count < room else { return .noRoom }
        if wasIsolated, previous == nil, held.count >= room / 2 {
            suspects[id] = nil
            trialWasInconclusive(now: now)
            return .isolateMessage
        }
        let isFresh = isRarelyNeeded || (receives <= 1 && known == nil)
        if held.isEmpty { probes = 0 }
        if held.isEmpty || wasProbe { nextProbe = now + backoff.delay(attempt: probes + 1, jitter: jitter) }
        let doubt =
            !isFresh
            ? Self.doubtTime
            : requests.hasSuccess(
                since: Request(request.operation, began: now - Self.recentTime), byOthersThan: id)
                ? Self.shortDoubtTime : .zero
        // A repeated failure takes the place that it had, so that the time without room goes on.
        held.removeAll { $0.id == id }
        if wasProbe { probe = nil }
        held.append(
            Held(
                id: id, kind: kind, request: request, receives: receives,
                since: previous?.since ?? now, opensAt: previous?.opensAt ?? now + doubt, failedAt: now))
        if !isRarelyNeeded, held.count >= room { lastExchange = lastExchange ?? now }
        if var current = opening {
            current.kind = kind
            current.operation = max(current.operation, request.operation)
            opening = current
            if !isFresh && previous == nil { trialWasInconclusive(now: now) }
        } else if doubt == .zero {
            opening = Opening(
                kind: kind, operation: request.operation, began: request.began, since: now,
                nextTrial: now + backoff.delay(attempt: 1, jitter: jitter))
        }
        return .hold
    }

    private mutating func repeatOrIsolate(
        _ id: ID, _ suspect: Suspect, now: Duration, jitter: Double
    ) -> FailureDecision {
        removeHeld(id)
        let isFlaky = latestRecovery.map { now - $0 < Self.recoveryTime } ?? false
        let needed = isFlaky ? Self.minOwnFailuresAfterRecovery : Self.minOwnFailures
        let isAtFault = suspect.failures >= needed && now - suspect.since >= Self.ownFailureTime
        guard !isAtFault else {
            suspects[id] = nil
            return .isolateMessage
        }
        keep(suspect, of: id)
        pauses[id] = now + backoff.delay(attempt: suspect.failures, jitter: jitter)
        return .hold
    }

    /// Returns for how many failures a failed request counts. One that hung for `ownFailureTime` counts for all that
    /// are needed, because each repetition would take a place for as long again.
    private static func weight(_ request: Request, failedAt: Duration) -> Int {
        failedAt - request.began >= ownFailureTime ? minOwnFailures : 1
    }

    private func suspect(_ request: Request, of id: ID) -> Suspect? {
        suspects[id]?.first { $0.request.isSame(as: request) }
    }

    private mutating func keep(_ suspect: Suspect, of id: ID) {
        suspects[id, default: []].removeAll { $0.request.isSame(as: suspect.request) }
        suspects[id, default: []].append(suspect)
    }

    /// Returns the next action of a held message. When its failure is not explained, `.proceed` makes it the probe.
    package mutating func probeDecision(for id: ID, now: Duration) -> ProbeDecision {
        if isDraining { return .release(after: Self.releaseDelay) }
        if let time = pauses[id] {
            guard time <= now else { return .wait(until: time) }
            pauses[id] = nil
            return .proceed
        }
        guard let message = held.first(where: { $0.id == id }) else { return .proceed }
        var times: [Duration] = []
        if opening == nil {
            let time = message.opensAt
            if time <= now {
                opening = Opening(
                    kind: message.kind, operation: message.request.operation, began: message.request.began,
                    since: now,
                    nextTrial: now)
            }
            times.append(time)
        }
        if let opening, message.receives <= 1, held.count > Self.minimumHeld {
            let time = opening.since + Self.holdTime
            if time <= now { return .release(after: Self.releaseDelay) }
            times.append(time)
        }
        if let lastExchange, id == nextExchanged {
            let time = lastExchange + Self.exchangeInterval
            if time <= now {
                self.lastExchange = now
                return .release(after: Self.exchangeInterval)
            }
            times.append(time)
        }
        if probe == nil && held.first?.id == id {
            if nextProbe <= now {
                probe = id
                probes += 1
                return .proceed
            }
            times.append(nextProbe)
        }
        return .wait(until: times.filter { $0 > now }.min())
    }

    /// The next message that is released for want of room: among those with the lowest receive count the one that has
    /// been held for the longest time, without the probe. In a long outage, no message is released twice for want of
    /// room as long as others have been released less often.
    private var nextExchanged: ID? {
        held.filter { $0.id != probe }.min { ($0.receives, $0.since) < ($1.receives, $1.since) }?.id
    }

    /// Removes a message after its job has ended in any way.
    package mutating func forget(_ id: ID) {
        suspects[id] = nil
        pauses[id] = nil
        requests.forget(id)
        removeHeld(id)
    }

    /// Begins the drain, in which all held messages are released.
    ///
    /// - Returns: The message that is the probe; nil when there is none.
    package mutating func drain() -> ID? {
        isDraining = true
        return probe
    }

    private mutating func removeHeld(_ id: ID) {
        held.removeAll { $0.id == id }
        if probe == id { probe = nil }
        if held.count < room { lastExchange = nil }
        if isRarelyNeeded, held.isEmpty { opening = nil }
    }
}
