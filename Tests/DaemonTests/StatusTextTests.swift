// SPDX-License-Identifier: Apache-2.0

import Daemon
import Testing
import Worker

struct StatusTextTests {
    @Test func `the status line shows the worker's state, counts, lag and open breakers`() {
        var status = WorkerStatus()
        status.inFlight = 3
        status.bytesInFlight = 47_100_000
        status.done = 1204
        status.quarantined = 2
        status.sinceLastPicture = .milliseconds(440)
        #expect(
            StatusText.line(.running, status)
                == "polling; 3 in flight (48 MB); 1,204 done, 2 quarantined; last picture 0.4 s ago")
        status.lag = .seconds(200)
        #expect(StatusText.line(.running, status).hasSuffix("last picture 0.4 s ago; 3 min behind"))
        status.lag = .zero
        #expect(StatusText.line(.running, status).hasSuffix("; nothing waiting"))
        status.pollFailure = WorkerError(.timedOut, operation: "ReceiveMessage")
        #expect(!StatusText.line(.running, status).contains("waiting"))
        status.pollFailure = nil
        status.opening = WorkerStatus.OpenBreaker(.throttled, age: .seconds(12))
        #expect(
            StatusText.line(.running, status).hasPrefix(
                "circuit breaker open: throttled for 12 s; 3 in flight"))
        #expect(StatusText.line(.stopping, status).hasPrefix("stop forced; 3 in flight"))
        status.quarantineOpening = WorkerStatus.OpenBreaker(.queueMissing, age: .seconds(180))
        #expect(
            StatusText.line(.running, status)
                .hasSuffix("; quarantine records cannot be stored: queue-missing for 3 min"))
    }

    @Test func `the status line has a bound and no control characters`() {
        let long = "the last reload was refused: \u{1b}[2J\n" + String(repeating: "ü", count: 4000)
        let line = StatusText.line(.running, WorkerStatus(), note: long)
        #expect((2040...2048).contains(line.utf8.count) && line.hasSuffix("ü"))
        #expect(line.contains("refused: ?[2J?ü"))
    }

    @Test(arguments: [
        (Duration.milliseconds(40), "0.0 s"), (.seconds(9.99), "9.9 s"), (.seconds(61), "61 s"),
        (.seconds(121), "2 min"), (.seconds(7300), "2 h"), (.seconds(400_000), "4 days"),
    ])
    func `a duration is formatted in one unit`(duration: Duration, text: String) {
        #expect(StatusText.span(duration) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000")])
    func `a number is formatted with thousands separators`(number: Int, text: String) {
        #expect(StatusText.grouped(number) == text)
    }
}
