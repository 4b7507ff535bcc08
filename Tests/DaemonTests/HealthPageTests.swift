// SPDX-License-Identifier: Apache-2.0

import Daemon
import Testing
import Worker

struct HealthPageTests {
    @Test(arguments: [SupervisorState.Phase.starting, .running])
    func `the page readyz shows the note about a refused reload, also during the start`(
        phase: SupervisorState.Phase
    ) {
        var status = WorkerStatus()
        status.pollFailure = WorkerError(.timedOut, operation: "ReceiveMessage")
        let note = "the last reload was refused: config.json:1: must be JSON"
        let page = HealthPage(
            phase: { phase }, status: { [status] in status }, note: { note }, problems: { [] },
            metrics: { "" })
        #expect(page.reply(to: "/readyz")?.status == 503)
        #expect(page.reply(to: "/readyz")?.body == StatusText.line(phase, status, note: note) + "\n")
        #expect(page.reply(to: "/readyz")?.body.hasSuffix("; \(note)\n") == true)
    }
}
