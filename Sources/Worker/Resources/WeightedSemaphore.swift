// SPDX-License-Identifier: Apache-2.0

internal import Support

/// A semaphore of which a caller acquires several permits at once. It limits the sum of the acquired permits.
///
/// ```swift
/// let semaphore = WeightedSemaphore(permits: 100)
/// let permit = try await semaphore.acquire(60)   // waits until 60 are free
/// ...                                            // 40 are left for others
/// _ = consume permit                             // or the end of its scope: the 60 are free again
/// ```
///
/// Tasks wait in a queue. `WeightedSemaphoreState` determines which one is next: usually the first in the queue, or
/// sometimes a later, smaller request.
package final class WeightedSemaphore: Sendable {
    /// Acquired permits, which are released when the value is destroyed.
    package struct Permit: ~Copyable {
        private let semaphore: WeightedSemaphore
        private var amount: Int

        fileprivate init(_ semaphore: WeightedSemaphore, amount: Int) {
            self.semaphore = semaphore
            self.amount = amount
        }

        deinit { semaphore.release(amount) }

        /// Releases the permits beyond `needed`. The call has no effect when there are not more than `needed` permits.
        package mutating func shrink(to needed: Int) {
            let excess = amount - max(0, needed)
            guard excess > 0 else { return }
            amount -= excess
            semaphore.release(excess)
        }
    }

    /// The values that the lock protects.
    fileprivate struct Shared {
        var semaphore: WeightedSemaphoreState
        var lastID: UInt64 = 0
        /// The continuations of the waiting tasks, which are resumed with the number of granted permits, or with nil
        /// when cancelled.
        var waiters: [UInt64: CheckedContinuation<Int?, Never>] = [:]
    }

    private let state: Locked<Shared>

    init(permits: Int) { state = Locked(Shared(semaphore: WeightedSemaphoreState(permits: permits))) }

    /// The total number of permits.
    var permits: Int { state.withLock { $0.semaphore.permits } }
    /// The number of permits in use.
    var used: Int { state.withLock { $0.semaphore.used } }
    /// The number of tasks that wait for permits.
    var waiting: Int { state.withLock { $0.semaphore.waiting } }

    /// Waits until `amount` permits are free and acquires them. When `amount` exceeds the total number, all permits are
    /// acquired.
    ///
    /// - Throws: `CancellationError`.
    package func acquire(_ amount: Int) async throws -> Permit {
        let id = state.withLock { state -> UInt64 in
            state.lastID += 1
            return state.lastID
        }
        let granted = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: CheckedContinuation<Int?, Never>) in
                // `cancel` takes the same lock: a cancellation is seen here, or finds the request.
                let granted = state.withLock { state -> [GrantedWaiter]? in
                    guard !Task.isCancelled else { return nil }
                    state.waiters[id] = waiter
                    return state.take(state.semaphore.acquire(id, amount))
                }
                guard let granted else { return waiter.resume(returning: nil) }
                resume(granted)
            }
        } onCancel: {
            cancel(id)
        }
        guard let granted else { throw CancellationError() }
        return Permit(self, amount: granted)
    }

    /// Changes the total number of permits. An increase takes effect at once, and a reduction as permits are released.
    func resize(to permits: Int) {
        resume(state.withLock { $0.take($0.semaphore.resize(to: permits)) })
    }

    private func release(_ amount: Int) {
        resume(state.withLock { $0.take($0.semaphore.release(amount)) })
    }

    private func cancel(_ id: UInt64) {
        let (waiter, granted) = state.withLock { state in
            let others = state.take(state.semaphore.cancel(id))
            return (state.waiters.removeValue(forKey: id), others)
        }
        waiter?.resume(returning: nil)
        resume(granted)
    }

    fileprivate typealias GrantedWaiter = (waiter: CheckedContinuation<Int?, Never>, amount: Int)

    private func resume(_ granted: [GrantedWaiter]) {
        for (waiter, amount) in granted { waiter.resume(returning: amount) }
    }
}

extension WeightedSemaphore.Shared {
    fileprivate mutating func take(
        _ grants: [WeightedSemaphoreState.Grant]
    ) -> [WeightedSemaphore.GrantedWaiter] {
        grants.compactMap { grant in waiters.removeValue(forKey: grant.id).map { ($0, grant.amount) } }
    }
}
