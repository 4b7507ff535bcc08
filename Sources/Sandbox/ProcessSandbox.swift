// SPDX-License-Identifier: Apache-2.0

import CLibSeccomp
import CSandbox
package import Glibc

/// The sandbox of a process that decodes pictures. A sandboxed process computes, and it exchanges bytes on descriptor
/// 0.
package enum ProcessSandbox {
    /// The exit status of a process that has exceeded its memory limit.
    package static let outOfMemoryStatus = Int32(PX_OUT_OF_MEMORY_STATUS)

    /// The free memory at the end of the heap, in bytes, that a sandboxed process keeps between pictures at most: the
    /// coefficients of a progressive picture of 20 megapixels. Memory that is released costs page faults again, for
    /// such a picture a fifth of its CPU time. The allocator of other processes has the same maximum (mallopt(3)).
    package static let keptBusyBytes = 64 << 20

    /// The free memory of the heap, in bytes, that a sandboxed process keeps at most while it has nothing to do.
    package static let keptIdleBytes = 4 << 20

    /// The largest stack of a sandboxed process, in bytes, which is the default of Linux.
    static let stackBytes: UInt64 = 8 << 20

    /// Puts the calling process into the sandbox, from which nothing leads out again.
    ///
    /// The process must have one thread, must have opened all that it needs, and must have no descriptor but 0, which
    /// the function does not check. Every part that the kernel refuses is missing in the report, and the others hold.
    ///
    /// - Parameters:
    ///   - memoryLimit: The number of bytes by which the heap may grow from now on.
    ///   - keptBytes: The number of free bytes at the end of the heap that are kept, at most ``keptBusyBytes``.
    ///   - parent: The process that has started this one. If it has ended already, the part `deathSignal` is missing
    ///     with the error `ESRCH`.
    package static func enter(memoryLimit: Int, keptBytes: Int = keptBusyBytes, parent: pid_t)
        -> SandboxReport
    {
        var report = SandboxReport()
        px_reset_crash_signals()
        report.record(.deathSignal, prctl(PR_SET_PDEATHSIG, UInt(SIGKILL)))
        // A parent that has ended before the call sends no signal.
        report.record(.deathSignal, getppid() == parent ? 0 : ESRCH)
        report.record(.notDumpable, prctl(PR_SET_DUMPABLE, 0))
        report.record(.noNewPrivileges, prctl(PR_SET_NO_NEW_PRIVS, 1))
        report.record(.noCapabilities, px_drop_capabilities())
        report.record(.landlock, forbidAllByLandlock())

        report.record(.memoryLimit, px_limit_stack(stackBytes))
        report.record(.memoryLimit, px_install_memory_handler())
        report.record(.memoryLimit, px_use_break_only(min(max(0, keptBytes), keptBusyBytes)))
        let (end, overflow) = UInt64(px_program_break()).addingReportingOverflow(UInt64(max(0, memoryLimit)))
        let filter = SystemCallFilter(process: getpid(), breakLimit: overflow ? UInt64(Int64.max) : end)
        let error = filter.load()
        report.record(.systemCallFilter, error)
        report.record(.memoryLimit, error)
        return report
    }

    /// Returns the parts that the kernel offers to the calling process, without a change of the process. A part may be
    /// refused later nevertheless, as only ``enter(memoryLimit:keptBytes:parent:)`` can tell.
    package static func available() -> SandboxReport {
        var report = SandboxReport()
        var version: Int32 = 0
        report.record(.notDumpable, prctl(PR_GET_DUMPABLE, 0))
        report.record(.noNewPrivileges, prctl(PR_GET_NO_NEW_PRIVS, 0))
        report.record(.landlock, px_landlock_version(&version))
        let error = px_seccomp_knows(SCMP_ACT_KILL_PROCESS)
        report.record(.systemCallFilter, error)
        report.record(.memoryLimit, error)
        return report
    }

    /// Returns the free memory of the heap to the kernel if more than ``keptIdleBytes`` of it are free. A sandboxed
    /// process calls this when it has nothing to do.
    package static func releaseFreeMemory() {
        px_release_free_memory(keptIdleBytes)
    }

    /// Returns 0 or the error number of prctl(2).
    private static func prctl(_ option: Int32, _ argument: UInt) -> Int32 {
        max(0, -px_prctl(option, argument))
    }

    private static func forbidAllByLandlock() -> Int32 {
        var version: Int32 = 0
        let error = px_landlock_version(&version)
        return error != 0 ? error : px_landlock_forbid_all(version)
    }
}
