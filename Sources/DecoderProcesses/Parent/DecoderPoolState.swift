// SPDX-License-Identifier: Apache-2.0

/// The decoders of a pool and what is to do about them. The state machine of `DecoderPool`: it starts nothing and waits
/// for nothing.
///
/// A decoder is starting, then idle, then alternately busy and idle. The thread of the pool owns starting and idle
/// decoders, and the thread of a picture owns a busy one. The number of decoders grows with the number of pictures at
/// the same time, up to `limit`, and a decoder that is lost is replaced.
package struct DecoderPoolState {
    /// A step that the thread of the pool takes.
    package enum Action: Equatable {
        /// A decoder with this id is started.
        case start(Int)
        /// The channel of the decoder is closed, and the decoder is not used again.
        case end(Int)
        /// The decoder, which did not become ready in time, is killed.
        case giveUp(Int)
    }

    /// The answer to a picture that needs a decoder.
    package enum Take: Equatable {
        /// The decoder with this id is busy with the picture from now on.
        case decoder(Int)
        /// A decoder becomes free or ready later, or its start fails.
        case wait
        /// No decoder can be started, for this reason.
        case unavailable(String)
    }

    /// The size of the shared memory that a decoder uses.
    package enum Memory {
        case small
        /// The decoder is replaced when it has had no picture for `DecoderTimes.idle`.
        case large
        /// The decoder is replaced at once.
        case outgrown
    }

    private enum Phase: Equatable {
        case starting(since: ContinuousClock.Instant)
        case idle(since: ContinuousClock.Instant)
        case busy
    }

    private struct Member {
        var phase: Phase
        var generation: Int
        /// True when the decoder has answered a request.
        var hasAnswered = false
        var memory = Memory.small
        /// True when the decoder has closed its channel.
        var isGone = false

        var isStarting: Bool {
            if case .starting = phase { true } else { false }
        }
    }

    private let times: DecoderTimes
    /// The maximum number of decoders.
    private var limit: Int
    /// The number of decoders that the pool keeps, at most `limit`.
    private var target = 0
    private var members: [Int: Member] = [:]
    private var lastID = 0
    private var generation = 0
    /// The number of pictures that wait for a decoder.
    private var waiting = 0
    /// The reason of the last failed start; nil when a decoder has become ready since.
    package private(set) var failure: String?
    /// The pause after the last failed start; zero when a decoder has answered since.
    private var pause = Duration.zero
    /// The time before which no decoder is started; nil without a failure.
    private var retry: ContinuousClock.Instant?
    private var isStopped = false

    package init(limit: Int, times: DecoderTimes) {
        self.limit = max(limit, 1)
        self.times = times
    }

    // MARK: Pictures

    /// Counts a picture that needs a decoder.
    package mutating func beginWaiting() {
        waiting += 1
        target = min(limit, max(target, busyCount + waiting))
    }

    /// Ends the wait of a picture, with or without a decoder.
    package mutating func endWaiting() { waiting -= 1 }

    /// Returns a decoder for a waiting picture, if one is idle. The decoder that was used last is preferred, so that
    /// the memory of few decoders is used.
    package mutating func take() -> Take {
        guard !isStopped else { return .unavailable("the decoders are stopped") }
        var newest: (id: Int, since: ContinuousClock.Instant)?
        for (id, member) in members where !mustEnd(member) {
            guard case .idle(let since) = member.phase else { continue }
            if newest.map({ (since, id) > ($0.since, $0.id) }) ?? true { newest = (id, since) }
        }
        if let newest {
            members[newest.id]?.phase = .busy
            return .decoder(newest.id)
        }
        // The pictures in progress have decoders, which become free.
        if let failure, members.isEmpty { return .unavailable(failure) }
        return .wait
    }

    /// Makes a busy decoder idle. Returns true when `actions` has something to do about it, now or later.
    package mutating func release(_ id: Int, _ memory: Memory, at now: ContinuousClock.Instant) -> Bool {
        members[id]?.phase = .idle(since: now)
        members[id]?.hasAnswered = true
        members[id]?.memory = memory
        pause = .zero
        guard let member = members[id] else { return false }
        return memory == .large || mustEnd(member) || members.count > limit
    }

    /// Removes a decoder that has ended or is killed. A decoder that ends idle, before it has answered any request,
    /// counts as a failed start.
    ///
    /// - Parameter idleEnd: The predicate of a sentence that states how the decoder has ended by itself without a
    ///   request; nil for another end.
    package mutating func remove(_ id: Int, idleEnd: String?, at now: ContinuousClock.Instant) {
        guard let member = members.removeValue(forKey: id) else { return }
        if let idleEnd, !member.hasAnswered { fail("a decoder \(idleEnd) before its first picture", at: now) }
    }

    // MARK: Starts

    /// Keeps at least `count` decoders, within the limit.
    package mutating func keep(_ count: Int) { target = min(limit, max(target, count)) }

    /// Makes a started decoder idle.
    package mutating func ready(_ id: Int, at now: ContinuousClock.Instant) {
        members[id]?.phase = .idle(since: now)
        failure = nil
        retry = nil
    }

    /// Removes a decoder whose start has failed. No decoder is started during a pause, which doubles with each failure.
    package mutating func startFailed(_ id: Int, reason: String, at now: ContinuousClock.Instant) {
        members.removeValue(forKey: id)
        fail(reason, at: now)
    }

    private mutating func fail(_ reason: String, at now: ContinuousClock.Instant) {
        failure = reason
        // Decoders that were started together fail together.
        if let retry, now < retry { return }
        pause = pause == .zero ? times.firstPause : min(pause * 2, times.longestPause)
        retry = now + pause
    }

    /// The phases of a decoder for the thread of the pool.
    enum Owner: Equatable { case starting, idle, picture, nobody }

    /// Returns the phase of a decoder.
    func owner(of id: Int) -> Owner {
        switch members[id]?.phase {
        case .starting: .starting
        case .idle: .idle
        case .busy: .picture
        case nil: .nobody
        }
    }

    /// Marks a busy decoder as one that has closed its channel, so that it is not used again.
    package mutating func markGone(_ id: Int) { members[id]?.isGone = true }

    /// True when a decoder has closed its channel.
    func isGone(_ id: Int) -> Bool { members[id]?.isGone ?? true }

    /// Gives an idle decoder to the caller, which removes it.
    package mutating func markTaken(_ id: Int) { members[id]?.phase = .busy }

    // MARK: Changes

    /// Changes the maximum number of decoders. Surplus decoders are ended when they are idle.
    package mutating func resize(limit: Int) {
        self.limit = max(limit, 1)
        target = min(target, self.limit)
    }

    /// Replaces all decoders, each when it is idle.
    package mutating func replaceAll() {
        generation += 1
        retry = nil
        pause = .zero
    }

    /// Ends all decoders, each when it is idle, and starts no other.
    package mutating func stop() { isStopped = true }

    // MARK: The thread of the pool

    /// Returns what is to do now, and does it in the state.
    package mutating func actions(at now: ContinuousClock.Instant) -> [Action] {
        var actions: [Action] = []
        for (id, member) in members.sorted(by: { $0.key < $1.key }) {
            switch member.phase {
            case .starting(let since):
                if mustEnd(member) {
                    actions.append(.end(id))
                } else if now >= since + times.start {
                    actions.append(.giveUp(id))
                    fail("no answer within \(times.start)", at: now)
                } else {
                    continue
                }
            case .idle(let since):
                let isLeft = member.memory == .large && now >= since + times.idle
                guard mustEnd(member) || isLeft || members.count > limit else { continue }
                actions.append(.end(id))
            case .busy: continue
            }
            members.removeValue(forKey: id)
        }
        while !isStopped, members.count < target, retry.map({ now >= $0 }) ?? true {
            // After a failure one decoder shows whether others can be started.
            if failure != nil, members.values.contains(where: { $0.isStarting }) { break }
            lastID += 1
            members[lastID] = Member(phase: .starting(since: now), generation: generation)
            actions.append(.start(lastID))
        }
        return actions
    }

    /// The next time at which `actions` may have something to do; nil if an event comes first.
    package var timer: ContinuousClock.Instant? {
        var times: [ContinuousClock.Instant] = []
        for member in members.values {
            switch member.phase {
            case .starting(let since): times.append(since + self.times.start)
            case .idle(let since): if member.memory == .large { times.append(since + self.times.idle) }
            case .busy: break
            }
        }
        if let retry, !isStopped, members.count < target { times.append(retry) }
        return times.min()
    }

    /// True when a member must not be used for another picture.
    private func mustEnd(_ member: Member) -> Bool {
        isStopped || member.isGone || member.memory == .outgrown || member.generation != generation
    }

    private var busyCount: Int { members.values.count { $0.phase == .busy } }

    /// The number of decoders that are idle or busy.
    package var readyCount: Int { members.values.count { !$0.isStarting } }

    /// True when the pool is stopped and no decoder is left.
    package var isFinished: Bool { isStopped && members.isEmpty }
}
