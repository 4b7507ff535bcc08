// SPDX-License-Identifier: Apache-2.0

import AWS
import Daemon
import Logging
import Support
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TerminationWatchTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func `the watch reports a notice that follows failures and empty responses`() async {
        let reads = Locked(0)
        let watch = TerminationWatch(every: .milliseconds(1), logger: quiet) {
            let count = reads.withLock { reads -> Int in
                reads += 1
                return reads
            }
            if count < 3 { throw AWSError(.network, operation: "metadata", message: "connection refused") }
            return count < 6 ? nil : "spot notice: terminate at noon"
        }
        #expect(await watch.untilTerminationNotice())
        #expect(reads.withLock { $0 } == 6)
    }

    @Test func `the watch returns false when its task is cancelled`() async {
        let watch = TerminationWatch(logger: quiet) { nil }
        let task = Task { await watch.untilTerminationNotice() }
        task.cancel()
        #expect(await task.value == false)
    }
}
