// SPDX-License-Identifier: Apache-2.0

/// A continuation that passes its value under a lock from the thread that makes the value to the task that waits for
/// it.
///
/// `CheckedContinuation` can pass a value as well. But when it is resumed before its task is suspended, the runtime
/// synchronizes the two threads in a way that the thread sanitizer does not detect, and the sanitizer reports data
/// races that do not exist. The thread sanitizer detects the synchronization by a mutex.
package struct Handover<Value: Sendable>: Sendable {
    private let value: Locked<Value?>
    private let continuation: CheckedContinuation<Void, Never>

    fileprivate init(_ value: Locked<Value?>, _ continuation: CheckedContinuation<Void, Never>) {
        self.value = value
        self.continuation = continuation
    }

    /// Resumes the waiting task with `result`. This function must be called exactly once.
    package func resume(returning result: Value) {
        value.withLock { $0 = result }
        continuation.resume()
    }
}

/// Calls `body` with a handover, waits until the handover is resumed, and returns the value with which it was resumed.
package func withHandover<Value: Sendable>(_ body: (Handover<Value>) -> Void) async -> Value {
    let value = Locked<Value?>(nil)
    await withCheckedContinuation { body(Handover(value, $0)) }
    guard let result = value.withLock({ $0.take() }) else {
        preconditionFailure("a handover was resumed without its value")
    }
    return result
}
