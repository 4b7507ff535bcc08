// SPDX-License-Identifier: Apache-2.0

/// A continuation that carries its value under a lock, for values that another thread makes for a waiting task.
///
/// `CheckedContinuation` can carry a value as well. But when it is resumed before its task is suspended, the runtime
/// synchronizes the two threads in a way that the thread sanitizer does not see, and the sanitizer reports data races
/// that do not exist. A mutex is a synchronization that it sees.
package struct Handover<Value: Sendable>: Sendable {
    private let value: Locked<Value?>
    private let continuation: CheckedContinuation<Void, Never>

    fileprivate init(_ value: Locked<Value?>, _ continuation: CheckedContinuation<Void, Never>) {
        self.value = value
        self.continuation = continuation
    }

    /// Resumes the waiting task with `result`. It must be called exactly once.
    package func resume(returning result: Value) {
        value.withLock { $0 = result }
        continuation.resume()
    }
}

/// Calls `body` with a handover, then waits until that is resumed, and returns its value.
package func withHandover<Value: Sendable>(_ body: (Handover<Value>) -> Void) async -> Value {
    let value = Locked<Value?>(nil)
    await withCheckedContinuation { body(Handover(value, $0)) }
    guard let result = value.withLock({ $0.take() }) else {
        preconditionFailure("a handover was resumed without its value")
    }
    return result
}
