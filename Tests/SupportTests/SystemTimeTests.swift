// SPDX-License-Identifier: Apache-2.0

import Foundation
import Support
import Testing

struct SystemTimeTests {
    @Test func `the wall clock agrees with Foundation`() {
        let before = Date().timeIntervalSince1970
        let now = SystemTime.now
        let after = Date().timeIntervalSince1970
        #expect((before - 0.001...after + 0.001).contains(now))
    }

    @Test func `the monotonic clocks advance and do not run backwards`() {
        let (uptime, monotonic) = (SystemTime.uptime, SystemTime.monotonicMicroseconds)
        usleep(2000)
        #expect(SystemTime.uptime - uptime >= .milliseconds(2))
        #expect(SystemTime.monotonicMicroseconds - monotonic >= 2000)
        // CLOCK_BOOTTIME includes the time in suspend, CLOCK_MONOTONIC does not.
        #expect(SystemTime.uptime.inMicroseconds >= Int64(monotonic))
    }
}
