// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

struct TransportErrorTests {
    @Test func `the description of an error names host, kind, phase, time and cause in one line`() {
        let error = TransportError(
            .timedOut, phase: .waiting, host: "h:1", elapsed: .milliseconds(1500), detail: "no response")
        #expect("\(error)" == "h:1: timed-out while waiting after 1500 ms: no response")
    }
}
