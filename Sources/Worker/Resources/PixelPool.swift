// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Support

/// Processors for pictures: a bounded number of blocks on a concurrent queue, and a line of our own in front,
/// so that what has not begun can be dropped.
///
/// At `.utility`, because on Linux each quality-of-service class has its own threads: at `.default` the blocks
/// share those of Swift's tasks, and heartbeats stop exactly when the machine is busy.
final class PixelPool: Sendable {
    fileprivate struct Entry: Sendable {
        var id: UInt64
        var isHeavy: Bool
        var block: @Sendable () -> Void
        /// Instead of the block, when it is dropped.
        var drop: @Sendable () -> Void
    }

    fileprivate struct State {
        var concurrency: Int
        var running = 0
        var heavyRunning = 0
        var lastID: UInt64 = 0
        var line: [Entry] = []
    }

    private let queue = DispatchQueue(label: "px-pixels", qos: .utility, attributes: .concurrent)
    private let state: Locked<State>

    /// - Parameter concurrency: How many blocks run at once, 1 or more.
    init(concurrency: Int) {
        precondition(concurrency > 0, "a pool has a concurrency")
        state = Locked(State(concurrency: concurrency))
    }

    /// From now on so many run at once. Narrower takes effect as what runs ends.
    func resize(concurrency: Int) {
        precondition(concurrency > 0, "a pool has a concurrency")
        state.withLock { $0.concurrency = concurrency }
        admit()
    }

    var running: Int { state.withLock { $0.running } }
    var waiting: Int { state.withLock { $0.line.count } }

    /// Runs `work` on a processor and returns what it returns.
    ///
    /// `isHeavy` says that it will take long; `interrupt` is called from another thread when the task is cancelled
    /// while `work` runs.
    ///
    /// Throws what `work` throws, and `CancellationError` when cancelled before it began.
    func run<Value: Sendable>(
        isHeavy: Bool = false, interrupt: @escaping @Sendable () -> Void = {},
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let id = state.withLock { state -> UInt64 in
            state.lastID += 1
            return state.lastID
        }
        let result = await withTaskCancellationHandler {
            await withHandover { (caller: Handover<Result<Value, any Error>>) in
                let entry = Entry(
                    id: id, isHeavy: isHeavy,
                    block: { caller.resume(returning: Result { try work() }) },
                    drop: { caller.resume(returning: .failure(CancellationError())) })
                let isCancelled = state.withLock { state -> Bool in
                    guard !Task.isCancelled else { return true }
                    state.line.append(entry)
                    return false
                }
                if isCancelled { entry.drop() } else { admit() }
            }
        } onCancel: {
            let dropped = state.withLock { state -> Entry? in
                guard let index = state.line.firstIndex(where: { $0.id == id }) else { return nil }
                return state.line.remove(at: index)
            }
            if let dropped { dropped.drop() } else { interrupt() }
        }
        return try result.get()
    }

    private func admit() {
        while let entry = state.withLock({ $0.take() }) {
            queue.async { [self] in
                entry.block()
                state.withLock { state in
                    state.running -= 1
                    if entry.isHeavy { state.heavyRunning -= 1 }
                }
                admit()
            }
        }
    }
}

extension PixelPool.State {
    /// Heavy blocks never take the last processor, so that light ones always get on.
    private var maxHeavy: Int { max(1, concurrency - 1) }

    fileprivate mutating func take() -> PixelPool.Entry? {
        guard running < concurrency,
            let index = line.firstIndex(where: { !$0.isHeavy || heavyRunning < maxHeavy })
        else { return nil }
        let entry = line.remove(at: index)
        running += 1
        if entry.isHeavy { heavyRunning += 1 }
        return entry
    }
}
