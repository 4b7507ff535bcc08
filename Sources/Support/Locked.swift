// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A value that can be accessed only while its lock is held.
///
/// The lock is a pthread mutex and not a `Synchronization.Mutex`. On Linux, the thread sanitizer does not instrument
/// the library that contains `Synchronization.Mutex`, and would report data races that do not exist.
///
/// `@unchecked Sendable` because `storage` is accessed only while `mutex` is locked.
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

    /// Calls `body` with the value while the lock is held, and returns the result of `body` or throws its error. The
    /// lock is not recursive: `body` must neither lock it again nor block.
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&storage)
    }
}
