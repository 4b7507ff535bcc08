// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A value that is only touched while its lock is held.
///
/// A pthread mutex and not `Synchronization.Mutex`: on Linux the latter is futex code in a library that
/// the thread sanitizer does not instrument, which makes it report races that do not exist.
///
/// `@unchecked Sendable` because `storage` is only reached between lock and unlock of `mutex`.
package final class Locked<Value: ~Copyable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var storage: Value

    package init(_ value: consuming sending Value) {
        storage = value
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        let code = pthread_mutex_init(mutex, nil)
        precondition(code == 0, "pthread_mutex_init failed with \(code)")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deinitialize(count: 1)
        mutex.deallocate()
    }

    /// Runs `body` with the value while holding the lock. Not recursive: `body` must neither call back
    /// into the same lock nor wait for anything.
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&storage)
    }
}
