// SPDX-License-Identifier: Apache-2.0

import AWS
import Daemon
import Logging
import Support
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BacklogWatchTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func `the watch reports each number and goes on after failures and answers without one`() async {
        let counts = Locked(0)
        let reported = Locked<[Int]>([])
        let task = Task { [quiet] in
            let watch = BacklogWatch(every: .milliseconds(1), logger: quiet) {
                let count = counts.withLock { counts -> Int in
                    counts += 1
                    return counts
                }
                if count == 2 { throw AWSError(.accessDenied, operation: "GetQueueAttributes", message: "") }
                return count == 3 ? nil : count
            }
            await watch.run { number in
                let isLast = reported.withLock { reported -> Bool in
                    reported.append(number)
                    return reported.count == 3
                }
                if isLast { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await task.value
        #expect(reported.withLock { $0 } == [1, 4, 5])
    }

    @Test func `the watch ends when its task is cancelled`() async {
        let watch = BacklogWatch(logger: quiet) { 1 }
        let task = Task { await watch.run { _ in } }
        task.cancel()
        await task.value
    }
}
