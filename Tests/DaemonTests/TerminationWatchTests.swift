// SPDX-License-Identifier: Apache-2.0

import AWS
import Daemon
import Logging
import Support
import Testing

@Suite(.timeLimit(.minutes(1))) struct InstanceWatchTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func `a notice that comes after failures and silence is told`() async {
        let asked = Locked(0)
        let watch = TerminationWatch(every: .milliseconds(1), logger: quiet) {
            let count = asked.withLock { asked -> Int in
                asked += 1
                return asked
            }
            if count < 3 { throw AWSError(.network, operation: "metadata", message: "nobody there") }
            return count < 6 ? nil : "spot notice: terminate at noon"
        }
        #expect(await watch.untilFarewell())
        #expect(asked.withLock { $0 } == 6)
    }

    @Test func `who no longer wants to know is not told`() async {
        let watch = TerminationWatch(logger: quiet) { nil }
        let task = Task { await watch.untilFarewell() }
        task.cancel()
        #expect(await task.value == false)
    }
}
