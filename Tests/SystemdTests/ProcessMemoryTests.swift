// SPDX-License-Identifier: Apache-2.0

import Glibc
import Systemd
import Testing

struct ProcessMemoryTests {
    /// The test runs in a process of its own, because the test process must keep core dumps and debuggers.
    @Test func `a process that forbids core dumps is not dumpable`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            guard ProcessMemory.isDumpable else { exit(1) }
            ProcessMemory.forbidDumps()
            exit(ProcessMemory.isDumpable ? 2 : 7)
        }
    }
}
