// SPDX-License-Identifier: Apache-2.0

import AWS
import Support
package import Worker

/// The replay of dead letters: each is received, sent to the source queue and deleted, in this order, so that none is
/// lost when the replay is interrupted. A letter between the last two steps is then sent again by the next replay, and
/// the worker finds its outputs up to date.
///
/// The first letter is replayed alone, so that a missing permission to delete letters is found before more are sent.
package struct DeadLetterReplay: Sendable {
    /// The maximum size of a message in bytes, and of the messages of one batch together: 1 MiB (SQS Developer Guide,
    /// quotas).
    package static let maximumBytes = 1 << 20
    private static let maximumAttempts = 5

    /// The end of one letter.
    package enum Outcome: Sendable, Equatable {
        /// The letter was sent and deleted, or would be in a dry run.
        case replayed
        case kept(Obstacle)
        /// The letter was sent, and its deletion failed with an error code.
        case duplicated(code: String)
    }

    package var selection = DeadLetterSelection()
    /// The maximum number of letters that are replayed; nil for all.
    package var maximum: Int?
    /// True to send and delete nothing.
    package var isDryRun = false
    /// The maximum number of letters a second, 1 or more.
    package var rate = 100
    /// The trial that a letter must pass; nil for none.
    package var trial: (any LetterTrial)?
    /// The numbers of letters so far.
    package private(set) var totals = ReplayTotals()
    /// The letters that are replayed.
    package private(set) var letters: any DeadLetterStore
    private let queue: any MessageSender
    private var pace = Pace()
    private var hasReplayed = false
    private let onLetter: @Sendable (DeadLetter, Outcome) throws -> Void

    /// Makes a replay.
    ///
    /// - Parameters:
    ///   - letters: the letters.
    ///   - queue: the source queue.
    ///   - onLetter: the function that is called with the outcome of each selected letter.
    package init(
        _ letters: any DeadLetterStore, to queue: any MessageSender,
        onLetter: @escaping @Sendable (DeadLetter, Outcome) throws -> Void
    ) {
        self.letters = letters
        self.queue = queue
        self.onLetter = onLetter
    }

    /// Replays all selected letters, and makes the others visible again.
    ///
    /// - Parameter onProgress: the function that is called with the totals after each batch.
    /// - Throws: the error of a queue, a bucket or the trial. `totals` has the numbers until then.
    package mutating func run(onProgress: (ReplayTotals) -> Void = { _ in }) async throws {
        do {
            try await replayAll(onProgress)
        } catch {
            await letters.close()
            throw error
        }
        await letters.close()
    }

    private mutating func replayAll(_ onProgress: (ReplayTotals) -> Void) async throws {
        while left > 0 {
            let read = try await letters.next()
            guard !read.isEmpty else { return }
            totals.read += read.count
            var selected = read.filter { selection.contains($0) }
            totals.selected += selected.count
            if let trial { selected = try await passing(selected, trial) }
            selected = try sendable(selected)
            while !selected.isEmpty, left > 0 {
                let batch = nextBatch(of: selected)
                selected.removeFirst(batch.count)
                if isDryRun {
                    totals.replayed += batch.count
                    for letter in batch { try onLetter(letter, .replayed) }
                } else {
                    try await replay(batch)
                }
            }
            totals.selected -= selected.count
            onProgress(totals)
        }
    }

    /// The number of letters that may still be replayed.
    private var left: Int { (maximum ?? .max) - totals.replayed - totals.duplicated }

    /// Returns the first letters of `selected` that fit into one batch, at least one.
    private func nextBatch(of selected: [DeadLetter]) -> [DeadLetter] {
        let count = hasReplayed || isDryRun ? min(SQSClient.batchLimit, left) : 1
        var bytes = 0
        let fitting = selected.prefix(count).prefix { letter in
            bytes += Self.message(letter)?.size ?? 0
            return bytes <= Self.maximumBytes
        }
        return Array(selected.prefix(max(1, fitting.count)))
    }

    /// Returns the letters that pass the trial, in their order. The others are kept.
    private mutating func passing(
        _ selected: [DeadLetter], _ trial: any LetterTrial
    ) async throws -> [DeadLetter] {
        var obstacles: [Obstacle?] = Array(repeating: nil, count: selected.count)
        var letters = self.letters
        try await withThrowingTaskGroup(of: (Int, Obstacle?).self) { group in
            for (index, letter) in selected.enumerated() {
                if index >= max(1, trial.concurrency), let (done, obstacle) = try await group.next() {
                    obstacles[done] = obstacle
                    await letters.renew()
                }
                group.addTask { (index, try await trial.obstacle(of: letter)) }
            }
            for try await (done, obstacle) in group {
                obstacles[done] = obstacle
                await letters.renew()
            }
        }
        self.letters = letters
        var passed: [DeadLetter] = []
        for (letter, obstacle) in zip(selected, obstacles) {
            if let obstacle { try keep(letter, obstacle) } else { passed.append(letter) }
        }
        return passed
    }

    /// Returns the letters that fit into a message. The others are kept.
    private mutating func sendable(_ selected: [DeadLetter]) throws -> [DeadLetter] {
        try selected.filter { letter in
            guard Self.message(letter) == nil else { return true }
            try keep(
                letter,
                Obstacle(
                    Failure(error: "not-sent", code: "too-long"),
                    reason: "the letter is longer than \(Self.maximumBytes) bytes, the maximum of a message"))
            return false
        }
    }

    private mutating func keep(_ letter: DeadLetter, _ obstacle: Obstacle) throws {
        totals.kept[obstacle.failure, default: 0] += 1
        try onLetter(letter, .kept(obstacle))
    }

    /// Sends letters and deletes those that were sent.
    private mutating func replay(_ batch: [DeadLetter]) async throws {
        try await pace.wait(for: batch.count, perSecond: rate)
        await letters.renew()
        let sent = try await send(batch)
        guard !sent.isEmpty else { return }
        hasReplayed = true
        let codes = try await delete(sent)
        for letter in sent {
            if let code = codes[letter.id] {
                totals.duplicated += 1
                try onLetter(letter, .duplicated(code: code))
            } else {
                totals.replayed += 1
                try onLetter(letter, .replayed)
            }
        }
    }

    /// Sends letters, and returns those that were sent. Those that the queue refuses are kept.
    private mutating func send(_ batch: [DeadLetter]) async throws -> [DeadLetter] {
        var sent: [DeadLetter] = []
        var rest = batch
        for attempt in 1... {
            let failures = try await queue.sendMessages(
                rest.map { Self.message($0) ?? OutgoingMessage("", id: $0.id) })
            let failed = Dictionary(failures.map { ($0.index, $0) }) { first, _ in first }
            sent += rest.indices.filter { failed[$0] == nil }.map { rest[$0] }
            let isLast = attempt == Self.maximumAttempts
            for (index, failure) in failed where failure.isSenderFault || isLast {
                try keep(
                    rest[index],
                    Obstacle(
                        Failure(error: "not-sent", code: failure.code),
                        reason: "SendMessageBatch: \(failure.code) \(failure.message)"))
            }
            rest = failed.filter { !$0.value.isSenderFault && !isLast }.keys.sorted().map { rest[$0] }
            if rest.isEmpty { break }
            try await Task.sleep(for: .milliseconds(100 << attempt))
        }
        return sent
    }

    /// Deletes letters.
    ///
    /// - Returns: the error code of each letter that could not be deleted, by its id.
    /// - Throws: the error of the call. The letters then count as duplicated.
    private mutating func delete(_ sent: [DeadLetter]) async throws -> [String: String] {
        var rest = sent.map(\.id)
        for attempt in 1... {
            let failed: [String: String]
            do {
                failed = try await letters.remove(rest)
            } catch {
                totals.replayed += sent.count - rest.count
                totals.duplicated += rest.count
                throw error
            }
            guard !failed.isEmpty, attempt < Self.maximumAttempts else { return failed }
            rest = rest.filter { failed[$0] != nil }
            try await Task.sleep(for: .milliseconds(100 << attempt))
        }
        return [:]
    }

    /// Returns the message for a letter: the letter unchanged, or the body in its quarantine record when the letter is
    /// too long for a message; nil when that is too long as well or incomplete.
    private static func message(_ letter: DeadLetter) -> OutgoingMessage? {
        let whole = OutgoingMessage(
            letter.body, id: letter.id, attributes: letter.attributes, traceHeader: letter.traceHeader)
        guard whole.size > maximumBytes else { return whole }
        let original = letter.originalBody.map { OutgoingMessage($0, id: letter.id) }
        return original.flatMap { $0.size <= maximumBytes ? $0 : nil }
    }
}
