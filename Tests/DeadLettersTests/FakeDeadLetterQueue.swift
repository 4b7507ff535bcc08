// SPDX-License-Identifier: Apache-2.0

import AWS
import DeadLetters
import Support
import Worker

/// A dead-letter queue and a source queue, whose calls fail as a test demands.
final class FakeDeadLetterQueue: MessageQueue, MessageSender {
    /// The error of all calls behind the stop.
    struct Stopped: Error {}

    struct Letter: Equatable {
        var id: String
        var body: String
        var attributes: [String: MessageAttribute] = [:]
        /// True when a redrive policy has moved the message.
        var isMoved = false
        var isHidden = false
        var isDeleted = false
        var receives = 0
    }

    /// The stop of the calling process at a call.
    struct Stop {
        /// The number of the call, from 1.
        var call: Int
        /// True when the call takes effect, and only its response is lost.
        var hasEffect: Bool
    }

    private struct State {
        var letters: [Letter]
        var sent: [OutgoingMessage] = []
        var calls: [String] = []
        var stop: Stop?
        var stoppedAt: Int?
        /// The period with which entries of batches are refused; 0 for never.
        var refusal = 0
        var entries = 0
        /// The messages that the next receive returns although they are hidden or deleted.
        var revenants: [String] = []
    }

    private let state: Locked<State>
    let deadline = Duration.seconds(1)

    init(_ bodies: [String], attributes: [String: MessageAttribute] = [:], areMoved: Bool = false) {
        let letters = bodies.enumerated().map { index, body in
            Letter(id: "id-\(index)", body: body, attributes: attributes, isMoved: areMoved)
        }
        state = Locked(State(letters: letters))
    }

    /// The letters that are not deleted.
    var letters: [Letter] { state.withLock { $0.letters.filter { !$0.isDeleted } } }
    /// The bodies of the messages in the source queue.
    var sent: [String] { state.withLock { $0.sent.map(\.body) } }
    /// The messages in the source queue.
    var sentMessages: [OutgoingMessage] { state.withLock { $0.sent } }
    /// The names of all calls.
    var calls: [String] { state.withLock { $0.calls } }
    var hasStopped: Bool { state.withLock { $0.stoppedAt != nil } }

    /// Refuses every `period`-th entry of batches once.
    func refuse(every period: Int) { state.withLock { $0.refusal = period } }

    /// Returns messages again with the next receive.
    func repeatNext(_ ids: [String]) { state.withLock { $0.revenants = ids } }

    /// Lets the time of all visibility timeouts pass, and starts a process that stops as `stop` says.
    func restart(_ stop: Stop? = nil) {
        state.withLock { state in
            for index in state.letters.indices { state.letters[index].isHidden = false }
            (state.calls, state.stop, state.stoppedAt) = ([], stop, nil)
        }
    }

    /// Counts a call and stops the process there if that is due.
    private func call<Result>(_ name: String, _ effect: (inout State) throws -> Result) throws -> Result {
        try state.withLock { state in
            guard state.stoppedAt == nil else { throw Stopped() }
            state.calls.append(name)
            guard let stop = state.stop, stop.call == state.calls.count else { return try effect(&state) }
            state.stoppedAt = stop.call
            if stop.hasEffect { _ = try effect(&state) }
            throw Stopped()
        }
    }

    func receive(maxMessages: Int, wait: Duration, visibility: Duration) throws -> [Message] {
        precondition(visibility >= .seconds(30) && wait > .zero)
        return try call("receive") { state in
            var indices = state.letters.indices.filter { index in
                !state.letters[index].isHidden && !state.letters[index].isDeleted
            }
            indices = Array(indices.prefix(maxMessages))
            indices += state.letters.indices.filter { state.revenants.contains(state.letters[$0].id) }
            state.revenants = []
            return indices.map { index in
                state.letters[index].isHidden = true
                state.letters[index].receives += 1
                let letter = state.letters[index]
                return Message(
                    messageID: letter.id, receiptHandle: "\(index)/\(letter.receives)", body: letter.body,
                    sentAt: 1_000_000 + Double(index), attributes: letter.attributes, isMoved: letter.isMoved)
            }
        }
    }

    /// Returns the failures of the entries of a batch that are refused, and applies `effect` to the others.
    private static func batch(
        _ count: Int, _ state: inout State, _ effect: (inout State, Int) -> Void
    ) -> [BatchFailure] {
        precondition((1...10).contains(count))
        return (0..<count).compactMap { index in
            state.entries += 1
            if state.refusal > 0, state.entries % state.refusal == 0 {
                return BatchFailure(index: index, code: "InternalError", message: "", isSenderFault: false)
            }
            effect(&state, index)
            return nil
        }
    }

    func delete(_ receiptHandles: [String]) throws -> [BatchFailure] {
        try call("delete") { state in
            Self.batch(receiptHandles.count, &state) { state, index in
                let letter = Int(receiptHandles[index].prefix { $0 != "/" }) ?? 0
                state.letters[letter].isDeleted = true
            }
        }
    }

    func changeVisibility(_ changes: [VisibilityChange]) throws -> [BatchFailure] {
        try call("changeVisibility") { state in
            Self.batch(changes.count, &state) { state, index in
                let letter = Int(changes[index].receiptHandle.prefix { $0 != "/" }) ?? 0
                if changes[index].timeout == .zero { state.letters[letter].isHidden = false }
            }
        }
    }

    func sendMessages(_ messages: [OutgoingMessage]) throws -> [BatchFailure] {
        try call("send") { state in
            Self.batch(messages.count, &state) { state, index in state.sent.append(messages[index]) }
        }
    }
}
