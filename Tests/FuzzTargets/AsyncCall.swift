// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Support

/// Calls of asynchronous functions from the thread of libFuzzer.
enum AsyncCall {
    /// Waits for a call, and returns its result.
    static func result<Success: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () async throws(Failure) -> Success
    ) -> Result<Success, Failure> {
        let done = DispatchSemaphore(value: 0)
        let result = Locked<Result<Success, Failure>?>(nil)
        Task.detached {
            let found: Result<Success, Failure>
            do throws(Failure) { found = .success(try await body()) } catch { found = .failure(error) }
            result.withLock { $0 = found }
            done.signal()
        }
        done.wait()
        guard let found = result.withLock({ $0 }) else { preconditionFailure("a call without a result") }
        return found
    }
}
