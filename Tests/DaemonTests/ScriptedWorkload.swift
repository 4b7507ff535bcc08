// SPDX-License-Identifier: Apache-2.0

import Daemon
import Support

/// A workload that does what a test tells it.
final class ScriptedWorkload: Workload {
    private struct State {
        var report = WorkloadReport()
        var drains: [Bool] = []
    }

    private let state = Locked(State())
    private let answers: AsyncStream<Void>
    private let answer: AsyncStream<Void>.Continuation
    private let endings: AsyncStream<WorkloadReport.Failure?>
    private let ending: AsyncStream<WorkloadReport.Failure?>.Continuation
    /// Whether a drain ends the work by itself.
    private let drainsAtOnce: Bool
    private let obeysCancellation: Bool

    init(drainsAtOnce: Bool = true, obeysCancellation: Bool = true) {
        self.drainsAtOnce = drainsAtOnce
        self.obeysCancellation = obeysCancellation
        (answers, answer) = AsyncStream.makeStream()
        (endings, ending) = AsyncStream.makeStream()
    }

    var report: WorkloadReport { state.withLock { $0.report } }
    var drains: [Bool] { state.withLock { $0.drains } }

    func change(_ body: @Sendable (inout WorkloadReport) -> Void) { state.withLock { body(&$0.report) } }
    func answerFirstPoll() { answer.yield() }
    func end() { ending.yield(nil) }

    func firstAnswer() async { for await _ in answers { return } }

    func run() async throws {
        if obeysCancellation {
            for await _ in endings { return }
            throw CancellationError()
        }
        let endings = endings
        await Task.detached { for await _ in endings { return } }.value
    }

    func drain(hurry: Bool) {
        state.withLock { $0.drains.append(hurry) }
        if drainsAtOnce || hurry { end() }
    }
}
