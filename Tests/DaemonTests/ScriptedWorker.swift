// SPDX-License-Identifier: Apache-2.0

import Daemon
import Support
import Worker

/// A worker whose status, first answer and end a test sets.
final class ScriptedWorker: SupervisedWorker {
    private struct State {
        var status = WorkerStatus()
        var drains: [Bool] = []
    }

    private let state = Locked(State())
    private let answers = AsyncStream<Void>.makeStream()
    private let endings = AsyncStream<Void>.makeStream()
    /// True when a drain without `force` ends `run`.
    private let drainsAtOnce: Bool
    /// True when a cancellation ends `run`.
    private let obeysCancellation: Bool

    init(drainsAtOnce: Bool = true, obeysCancellation: Bool = true) {
        self.drainsAtOnce = drainsAtOnce
        self.obeysCancellation = obeysCancellation
    }

    var status: WorkerStatus { state.withLock { $0.status } }
    /// The `force` arguments of the calls of `drain`.
    var drains: [Bool] { state.withLock { $0.drains } }

    func change(_ body: @Sendable (inout WorkerStatus) -> Void) { state.withLock { body(&$0.status) } }
    func answerFirstPoll() { answers.continuation.yield() }
    func end() { endings.continuation.yield() }

    func firstAnswer() async { for await _ in answers.stream { return } }

    func run() async throws {
        let endings = endings.stream
        if obeysCancellation {
            for await _ in endings { return }
            throw CancellationError()
        }
        await Task.detached { for await _ in endings { return } }.value
    }

    func drain(force: Bool) {
        state.withLock { $0.drains.append(force) }
        if drainsAtOnce || force { end() }
    }
}
