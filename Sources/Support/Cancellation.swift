// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// A flag by which one thread cancels a computation of another. The computation polls the flag; C code does so by the
/// flag's address.
///
/// The flag is set once and never cleared, so that the order of memory accesses has no effect and all of them are
/// relaxed.
///
/// `@unchecked Sendable` because the memory behind `storage` is only accessed atomically.
package final class Cancellation: @unchecked Sendable {
    private let storage: UnsafeMutablePointer<Atomic<UInt8>>

    package init() {
        storage = .allocate(capacity: 1)
        storage.initialize(to: Atomic(0))
    }

    deinit {
        storage.deinitialize(count: 1)
        storage.deallocate()
    }

    /// Sets the flag. Any thread may call this function any number of times, also before the computation begins.
    package func cancel() { storage.pointee.store(1, ordering: .relaxed) }

    /// A Boolean value that indicates whether `cancel` was called.
    package var isCancelled: Bool { storage.pointee.load(ordering: .relaxed) != 0 }

    /// The address of the flag: one byte, 0 or 1, valid as long as this object lives. C code reads it with an atomic
    /// load; Swift and C have the same memory model (SE-0282).
    package var address: UnsafePointer<UInt8> {
        UnsafeRawPointer(storage).assumingMemoryBound(to: UInt8.self)
    }
}
