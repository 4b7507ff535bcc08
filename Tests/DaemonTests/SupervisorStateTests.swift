// SPDX-License-Identifier: Apache-2.0

import Daemon
import Testing

struct LifecycleTests {
    private func actions(_ events: SupervisorState.Event...) -> [SupervisorState.Action] {
        var lifecycle = SupervisorState()
        return events.flatMap { lifecycle.handle($0) }
    }

    @Test func `ready is announced once, when the first poll has been answered`() {
        #expect(actions(.answered) == [.announceReady])
        #expect(actions(.answered, .answered, .answered) == [.announceReady])
    }

    @Test func `the first request to stop drains, the second hurries, further ones change nothing`() {
        #expect(
            actions(.answered, .stopRequested, .stopRequested, .stopRequested, .workerEnded)
                == [.announceReady, .announceStopping, .drain, .hurry, .leave])
    }

    @Test func `a stop before the first answer never says ready`() {
        #expect(actions(.stopRequested, .answered, .workerEnded) == [.announceStopping, .drain, .leave])
    }

    @Test func `a start that takes too long is given up, but not one that was answered`() {
        #expect(actions(.startTimedOut, .workerEnded) == [.giveUp, .announceStopping, .drain, .leave])
        #expect(actions(.answered, .startTimedOut) == [.announceReady])
    }

    @Test func `a reload is done before and after ready, not while draining`() {
        #expect(actions(.reloadRequested) == [.reload])
        #expect(actions(.answered, .reloadRequested) == [.announceReady, .reload])
        #expect(actions(.stopRequested, .reloadRequested) == [.announceStopping, .drain])
    }

    @Test func `a worker that ends by itself ends the daemon`() {
        #expect(
            actions(.answered, .workerEnded, .workerEnded) == [.announceReady, .announceStopping, .leave])
    }
}
