// SPDX-License-Identifier: Apache-2.0

import Daemon
import Testing

struct SupervisorStateTests {
    private func actions(_ events: SupervisorState.Event...) -> [SupervisorState.Action] {
        var state = SupervisorState()
        return events.flatMap { state.handle($0) }
    }

    @Test func `readiness is announced once, when the first poll has been answered`() {
        #expect(actions(.answered) == [.announceReady])
        #expect(actions(.answered, .answered, .answered) == [.announceReady])
    }

    @Test func `the first stop request drains, the second forces the stop, others have no effect`() {
        #expect(
            actions(.answered, .stopRequested, .stopRequested, .stopRequested, .workerEnded)
                == [.announceReady, .announceStopping, .drain, .forceStop, .exit])
    }

    @Test func `a stop before the first answer does not announce readiness`() {
        #expect(actions(.stopRequested, .answered, .workerEnded) == [.announceStopping, .drain, .exit])
    }

    @Test func `a start without an answer times out, an answered one does not`() {
        #expect(
            actions(.startTimedOut, .workerEnded) == [.reportStartTimeout, .announceStopping, .drain, .exit])
        #expect(actions(.answered, .startTimedOut) == [.announceReady])
    }

    @Test func `a reload happens while starting and running, not while draining`() {
        #expect(actions(.reloadRequested) == [.reload])
        #expect(actions(.answered, .reloadRequested) == [.announceReady, .reload])
        #expect(actions(.stopRequested, .reloadRequested) == [.announceStopping, .drain])
    }

    @Test func `a worker that ends by itself stops the daemon`() {
        #expect(
            actions(.answered, .workerEnded, .workerEnded) == [.announceReady, .announceStopping, .exit])
    }
}
