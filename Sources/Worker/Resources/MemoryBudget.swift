// SPDX-License-Identifier: Apache-2.0

internal import Support

/// The memory that pictures may take, in two ledgers: downloaded bytes, then working sets of pixels. Every job
/// takes from both in this order, so that no two can wait for each other in a ring.
struct MemoryBudget: Sendable {
    let downloads: WeightedSemaphore
    let pixels: WeightedSemaphore

    init(bytes: Int) {
        let (downloads, pixels) = Self.parts(of: bytes)
        self.downloads = WeightedSemaphore(permits: downloads)
        self.pixels = WeightedSemaphore(permits: pixels)
    }

    /// Growing lets more in at once; shrinking takes effect as what is held is given back.
    func resize(to bytes: Int) {
        let (downloads, pixels) = Self.parts(of: bytes)
        self.downloads.resize(to: downloads)
        self.pixels.resize(to: pixels)
    }

    /// A third for downloads, the rest for pixels: compressed bytes are the smaller part of a picture's needs.
    private static func parts(of bytes: Int) -> (downloads: Int, pixels: Int) {
        (max(1, bytes / 3), max(1, bytes - bytes / 3))
    }

    var used: Int { downloads.used + pixels.used }
    var waiting: Int { downloads.waiting + pixels.waiting }

    /// A part of a ledger that gives itself back at the end of its life.
    struct Permit: ~Copyable {
        private let semaphore: WeightedSemaphore
        private var amount: Int

        fileprivate init(semaphore: WeightedSemaphore, amount: Int) {
            self.semaphore = semaphore
            self.amount = amount
        }

        deinit { semaphore.release(amount) }

        /// Gives back what turned out not to be needed.
        mutating func shrink(to needed: Int) {
            let excess = amount - max(0, needed)
            guard excess > 0 else { return }
            amount -= excess
            semaphore.release(excess)
        }
    }
}

extension WorkerOptions {
    /// The least `memoryBytes` with which a picture of so many bytes and this working set keeps to it. With less it
    /// would still be served, alone and over the bound.
    package static func minimumMemoryBytes(source: Int, workingSet: Int) -> Int {
        max(3 * source, (3 * workingSet - 1) / 2)
    }
}

/// One ledger and those who wait for it.
final class WeightedSemaphore: Sendable {
    fileprivate struct State {
        var ledger: WeightedSemaphoreState
        var lastID: UInt64 = 0
        /// Resumed with what was granted, or nil when withdrawn.
        var sleepers: [UInt64: CheckedContinuation<Int?, Never>] = [:]
    }

    private let state: Locked<State>

    init(permits: Int) { state = Locked(State(ledger: WeightedSemaphoreState(capacity: permits))) }

    var used: Int { state.withLock { $0.ledger.used } }
    var waiting: Int { state.withLock { $0.ledger.waitingCount } }
    var capacity: Int { state.withLock { $0.ledger.capacity } }

    /// Waits until `amount` bytes are free; all of the ledger when it is asked for more than that.
    ///
    /// - Throws: `CancellationError`.
    func acquire(_ amount: Int) async throws -> MemoryBudget.Permit {
        let id = state.withLock { state -> UInt64 in
            state.lastID += 1
            return state.lastID
        }
        let granted = await withTaskCancellationHandler {
            await withCheckedContinuation { (sleeper: CheckedContinuation<Int?, Never>) in
                // Read under the lock that `withdraw` takes: a cancellation is seen here or finds the request.
                let woken = state.withLock { state -> [Wake]? in
                    guard !Task.isCancelled else { return nil }
                    state.sleepers[id] = sleeper
                    return state.grants(state.ledger.request(id, amount))
                }
                guard let woken else { return sleeper.resume(returning: nil) }
                wake(woken)
            }
        } onCancel: {
            withdraw(id)
        }
        guard let granted else { throw CancellationError() }
        return MemoryBudget.Permit(semaphore: self, amount: granted)
    }

    func resize(to capacity: Int) {
        wake(state.withLock { $0.grants($0.ledger.resize(to: capacity)) })
    }

    func release(_ amount: Int) {
        wake(state.withLock { $0.grants($0.ledger.release(amount)) })
    }

    private func withdraw(_ id: UInt64) {
        let (sleeper, granted) = state.withLock { state in
            let others = state.grants(state.ledger.withdraw(id))
            return (state.sleepers.removeValue(forKey: id), others)
        }
        sleeper?.resume(returning: nil)
        wake(granted)
    }

    fileprivate typealias Wake = (sleeper: CheckedContinuation<Int?, Never>, amount: Int)

    private func wake(_ woken: [Wake]) {
        for (sleeper, amount) in woken { sleeper.resume(returning: amount) }
    }
}

extension WeightedSemaphore.State {
    fileprivate mutating func grants(_ grants: [WeightedSemaphoreState.Grant]) -> [WeightedSemaphore.Wake] {
        grants.compactMap { grant in sleepers.removeValue(forKey: grant.id).map { ($0, grant.amount) } }
    }
}
