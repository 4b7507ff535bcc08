// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Support

/// A pool of threads for decoding and encoding: a concurrent dispatch queue, before which work waits in an admission
/// queue.
///
/// ```swift
/// let pool = PixelPool(concurrency: 4)
/// let picture = try await pool.run { try pixelator.pixelate(bytes) }   // at most four at once, others wait
/// ```
///
/// Work that waits for admission is removed when its task is cancelled. A dispatch queue alone does not support this.
///
/// The dispatch queue has the quality of service `.utility`, because on Linux each class of service has separate
/// threads. With `.default`, the pool would share the threads of Swift tasks, and heartbeats would be late while all
/// processors are busy.
final class PixelPool: Sendable {
    fileprivate struct Entry: Sendable {
        var id: UInt64
        var isHeavy: Bool
        /// The function that runs one piece of queued work and then resumes the task that waits for it.
        var run: @Sendable () -> Void
        /// The function that resumes the task when the work is cancelled before its admission.
        var drop: @Sendable () -> Void
    }

    fileprivate struct State {
        var concurrency: Int
        var running = 0
        var heavyRunning = 0
        var lastID: UInt64 = 0
        var queue: [Entry] = []
    }

    private let threads = DispatchQueue(label: "px-pixels", qos: .utility, attributes: .concurrent)
    private let state: Locked<State>

    /// Makes a pool of threads.
    ///
    /// - Parameter concurrency: The number of threads, 1 or more.
    init(concurrency: Int) {
        precondition(concurrency > 0, "a pool has a thread")
        state = Locked(State(concurrency: concurrency))
    }

    /// Changes the number of threads. A reduction takes effect when running work ends.
    func resize(concurrency: Int) {
        precondition(concurrency > 0, "a pool has a thread")
        state.withLock { $0.concurrency = concurrency }
        admit()
    }

    var running: Int { state.withLock { $0.running } }
    var waiting: Int { state.withLock { $0.queue.count } }

    /// Runs `work` on a thread of the pool and returns its value.
    ///
    /// - Parameters:
    ///   - isHeavy: True for work that takes long. Heavy work leaves one thread for other work, unless the pool has
    ///     only one.
    ///   - interrupt: The function that is called on another thread when the task is cancelled while `work` runs.
    /// - Throws: The error of `work`, or `CancellationError` when the task is cancelled before `work` begins.
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
                    run: { caller.resume(returning: Result { try work() }) },
                    drop: { caller.resume(returning: .failure(CancellationError())) })
                let isCancelled = state.withLock { state -> Bool in
                    guard !Task.isCancelled else { return true }
                    state.queue.append(entry)
                    return false
                }
                if isCancelled { entry.drop() } else { admit() }
            }
        } onCancel: {
            let dropped = state.withLock { state -> Entry? in
                guard let index = state.queue.firstIndex(where: { $0.id == id }) else { return nil }
                return state.queue.remove(at: index)
            }
            if let dropped { dropped.drop() } else { interrupt() }
        }
        return try result.get()
    }

    private func admit() {
        while let entry = state.withLock({ $0.admit() }) {
            threads.async { [self] in
                entry.run()
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
    private var maxHeavy: Int { max(1, concurrency - 1) }

    fileprivate mutating func admit() -> PixelPool.Entry? {
        guard running < concurrency,
            let index = queue.firstIndex(where: { !$0.isHeavy || heavyRunning < maxHeavy })
        else { return nil }
        let entry = queue.remove(at: index)
        running += 1
        if entry.isHeavy { heavyRunning += 1 }
        return entry
    }
}
