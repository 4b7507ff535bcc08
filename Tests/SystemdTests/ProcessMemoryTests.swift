// SPDX-License-Identifier: Apache-2.0

import Glibc
import Systemd
import Testing

@Suite struct ProcessMemoryTests {
    /// In a process of its own: this one is to have cores and debuggers.
    @Test func `a process that forbids it is not dumped`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            guard ProcessMemory.isDumpable else { exit(1) }
            ProcessMemory.forbidDumps()
            exit(ProcessMemory.isDumpable ? 2 : 7)
        }
    }
}
