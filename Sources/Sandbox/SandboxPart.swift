// SPDX-License-Identifier: Apache-2.0

/// A protection of a sandboxed process. The raw value is its stable code in logs and outputs.
package enum SandboxPart: String, CaseIterable, Sendable {
    /// Programs that the process executes get no further rights: no_new_privs of prctl(2).
    case noNewPrivileges = "no-new-privileges"
    /// The seccomp filter that allows only the calls of ``SystemCallFilter``.
    case systemCallFilter = "system-call-filter"
    /// The limit of the heap and of the stack.
    case memoryLimit = "memory-limit"
    /// The Landlock domain without any access to files, TCP ports and other processes.
    case landlock = "landlock"
    /// The process has no core dump, and processes without privileges cannot read its memory.
    case notDumpable = "not-dumpable"
    /// The process gets SIGKILL when the thread that has started it ends.
    case deathSignal = "death-signal"
    /// The process has no capabilities(7).
    case noCapabilities = "no-capabilities"

    /// True for the parts without which a process is not isolated.
    package var isRequired: Bool {
        switch self {
        case .noNewPrivileges, .systemCallFilter, .memoryLimit: true
        case .landlock, .notDumpable, .deathSignal, .noCapabilities: false
        }
    }
}
