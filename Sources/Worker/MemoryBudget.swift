// SPDX-License-Identifier: Apache-2.0

internal import Locking

/// The memory that pictures may take, in two ledgers: downloaded bytes, then working sets of pixels. Every job
/// takes from both in this order, so that no two can wait for each other in a ring.
struct MemoryBudget: Sendable {
    let bodies: Purse
    let pixels: Purse

    /// A third for bodies, the rest for pixels: compressed bytes are the smaller part of a picture's needs.
    init(bytes: Int) {
        bodies = Purse(capacity: max(1, bytes / 3))
        pixels = Purse(capacity: max(1, bytes - bytes / 3))
    }

    var used: Int { bodies.used + pixels.used }
    var waiting: Int { bodies.waiting + pixels.waiting }

    /// A part of a ledger that gives itself back at the end of its life.
    struct Permit: ~Copyable {
        private let purse: Purse
        private var amount: Int

        fileprivate init(purse: Purse, amount: Int) {
            self.purse = purse
            self.amount = amount
        }

        deinit { purse.giveBack(amount) }

        /// Gives back what turned out not to be needed.
        mutating func shrink(to needed: Int) {
            let excess = amount - max(0, needed)
            guard excess > 0 else { return }
            amount -= excess
            purse.giveBack(excess)
        }
    }
}

/// One ledger and those who wait for it.
final class Purse: Sendable {
    fileprivate struct State {
        var ledger: Ledger
        var lastID: UInt64 = 0
        var sleepers: [UInt64: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state: Locked<State>

    init(capacity: Int) { state = Locked(State(ledger: Ledger(capacity: capacity))) }

    var used: Int { state.withLock { $0.ledger.used } }
    var waiting: Int { state.withLock { $0.ledger.waitingCount } }
    var capacity: Int { state.withLock { $0.ledger.capacity } }

    /// Waits until `amount` bytes are free; all of the ledger when it is asked for more than that.
    ///
    /// - Throws: `CancellationError`.
    func reserve(_ amount: Int) async throws -> MemoryBudget.Permit {
        let (id, amount) = state.withLock { state -> (UInt64, Int) in
            state.lastID += 1
            return (state.lastID, state.ledger.clamped(amount))
        }
        let isGranted = await withTaskCancellationHandler {
            await withCheckedContinuation { (sleeper: CheckedContinuation<Bool, Never>) in
                // Read under the lock that `withdraw` takes: a cancellation is seen here or finds the request.
                let granted = state.withLock { state -> [CheckedContinuation<Bool, Never>]? in
                    guard !Task.isCancelled else { return nil }
                    state.sleepers[id] = sleeper
                    return state.grants(state.ledger.request(id, amount))
                }
                guard let granted else { return sleeper.resume(returning: false) }
                wake(granted)
            }
        } onCancel: {
            withdraw(id)
        }
        guard isGranted else { throw CancellationError() }
        return MemoryBudget.Permit(purse: self, amount: amount)
    }

    func giveBack(_ amount: Int) {
        wake(state.withLock { $0.grants($0.ledger.giveBack(amount)) })
    }

    private func withdraw(_ id: UInt64) {
        let (sleeper, granted) = state.withLock { state in
            let others = state.grants(state.ledger.withdraw(id))
            return (state.sleepers.removeValue(forKey: id), others)
        }
        sleeper?.resume(returning: false)
        wake(granted)
    }

    private func wake(_ sleepers: [CheckedContinuation<Bool, Never>]) {
        for sleeper in sleepers { sleeper.resume(returning: true) }
    }
}

extension Purse.State {
    fileprivate mutating func grants(_ ids: [UInt64]) -> [CheckedContinuation<Bool, Never>] {
        ids.compactMap { sleepers.removeValue(forKey: $0) }
    }
}
