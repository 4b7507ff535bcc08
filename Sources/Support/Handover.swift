// SPDX-License-Identifier: Apache-2.0

/// One value on its way from the thread that makes it to the task that waits for it.
///
/// A continuation alone would carry it as well. But when the value comes before its task has gone to sleep, the
/// runtime brings the two together without telling the thread sanitizer, which then reports races that do not
/// exist. So the value travels under a lock.
package struct Handover<Value: Sendable>: Sendable {
    private let value: Locked<Value?>
    private let continuation: CheckedContinuation<Void, Never>

    fileprivate init(_ value: Locked<Value?>, _ continuation: CheckedContinuation<Void, Never>) {
        self.value = value
        self.continuation = continuation
    }

    /// Lets the task go on with `result`. To be called exactly once.
    package func resume(returning result: Value) {
        value.withLock { $0 = result }
        continuation.resume()
    }
}

/// Runs `body`, then waits until somebody gives its handover a value, and returns that.
package func withHandover<Value: Sendable>(_ body: (Handover<Value>) -> Void) async -> Value {
    let value = Locked<Value?>(nil)
    await withCheckedContinuation { body(Handover(value, $0)) }
    guard let result = value.withLock({ $0.take() }) else {
        preconditionFailure("a handover ends when its value is there")
    }
    return result
}
