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
            metrics: { _ in "" })
        #expect(page.reply(to: HealthRequest("/readyz"))?.status == 503)
        #expect(
            page.reply(to: HealthRequest("/readyz"))?.body == StatusText.line(phase, status, note: note)
                + "\n")
        #expect(page.reply(to: HealthRequest("/readyz"))?.body.hasSuffix("; \(note)\n") == true)
    }

    @Test(arguments: [
        (nil, "text/plain; version=0.0.4; charset=utf-8"),
        ("text/plain;version=0.0.4;q=0.3,*/*;q=0.2", "text/plain; version=0.0.4; charset=utf-8"),
        (
            "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
        ),
    ])
    func `the page metrics is in OpenMetrics if the request accepts that`(accept: String?, type: String) {
        let page = HealthPage(
            phase: { .running }, status: { WorkerStatus() }, note: { nil }, problems: { [] },
            metrics: { "\($0)" })
        let reply = page.reply(to: HealthRequest("/metrics", accept: accept))
        #expect(reply?.contentType == type)
        #expect(reply?.body == (type.hasPrefix("text") ? "text" : "openMetrics"))
    }

    private func reply(
        _ phase: SupervisorState.Phase, decoderFailure: String? = nil, problems: [String] = [],
        _ change: (inout WorkerStatus) -> Void = { _ in }
    ) -> HealthReply? {
        var status = WorkerStatus()
        change(&status)
        let page = HealthPage(
            phase: { phase }, status: { [status] in status }, note: { nil },
            decoderFailure: { decoderFailure }, problems: { problems },
            metrics: { _ in "" })
        return page.reply(to: HealthRequest("/readyz"))
    }

    @Test func `the page readyz has status 200 while messages are received`() {
        #expect(reply(.running)?.status == 200)
        #expect(reply(.running) { $0.inFlight = 64 }?.status == 200)
        #expect(reply(.running) { $0.quarantineOpening = .init(.queueMissing, age: .zero) }?.status == 200)
    }

    @Test(arguments: [SupervisorState.Phase.starting, .draining, .stopping, .stopped])
    func `the page readyz has status 503 in every phase but running`(phase: SupervisorState.Phase) {
        #expect(reply(phase)?.status == 503)
        #expect(reply(phase)?.body == StatusText.line(phase, WorkerStatus()) + "\n")
    }

    @Test func `the page readyz has status 503 and says why while nothing is received`() {
        let open = reply(.running) { $0.opening = .init(.throttled, age: .seconds(12)) }
        #expect(open?.status == 503)
        #expect(open?.body.hasPrefix("circuit breaker open: throttled for 12 s; ") == true)
        let failed = reply(.running) { $0.pollFailure = WorkerError(.timedOut, operation: "ReceiveMessage") }
        #expect(failed?.status == 503 && failed?.body.hasPrefix("cannot poll: ReceiveMessage") == true)
        let undecoded = reply(.running, decoderFailure: "memfd_create: Function not implemented")
        #expect(undecoded?.status == 503)
        #expect(
            undecoded?.body.hasPrefix(
                "no decoder can be started: memfd_create: Function not implemented; polling")
                == true)
        let stalled = reply(.running, problems: ["worker: a poll has not been answered for 95 s"])
        #expect(stalled?.status == 503)
        #expect(stalled?.body.hasPrefix("worker: a poll has not been answered for 95 s; polling; ") == true)
    }
}
