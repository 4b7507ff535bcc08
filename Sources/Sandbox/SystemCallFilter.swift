// SPDX-License-Identifier: Apache-2.0

import CLibSeccomp
import CSandbox
package import Glibc

/// The seccomp filter of a sandboxed process, on x86-64 and arm64. Every system call that its rules do not name ends
/// the process by SIGSYS, as do all calls of another architecture, such as those of 32-bit programs.
///
/// The article SystemCalls has the reason for each call.
package struct SystemCallFilter: Sendable {
    /// A system call with the values of its arguments, and what happens to it.
    package struct Rule: Sendable {
        /// The name of the call. A name that an architecture does not know is ignored there.
        package let name: String
        /// An action of seccomp_rule_add(3).
        let action: UInt32
        /// The conditions on the arguments, all of which must hold.
        let conditions: [scmp_arg_cmp]

        init(_ name: String, _ action: UInt32 = SCMP_ACT_ALLOW, _ conditions: scmp_arg_cmp...) {
            self.name = name
            self.action = action
            self.conditions = conditions
        }
    }

    package let rules: [Rule]

    /// Creates the filter of a process.
    ///
    /// - Parameters:
    ///   - process: The process ID, to which alone signals can be sent.
    ///   - breakLimit: The highest address at which the heap may end.
    package init(process: pid_t, breakLimit: UInt64) {
        let channel = Self.is(0, 0)
        let withoutExecution = scmp_arg_cmp(
            arg: 2, op: SCMP_CMP_MASKED_EQ, datum_a: UInt64(PROT_EXEC), datum_b: 0)
        rules  // The channel.
        =
            ["read", "write", "recvfrom", "sendto"].map { Rule($0, SCMP_ACT_ALLOW, channel) } + [
                Rule("poll"), Rule("ppoll"), Rule("restart_syscall"),
                // The error messages of a runtime library before it aborts. Descriptor 2 is closed.
                Rule("write", Self.error(EBADF), Self.is(0, 2)),
                Rule("writev", Self.error(EBADF), Self.is(0, 2)),

                // Memory.
                Rule("brk", SCMP_ACT_ALLOW, Self.compare(0, SCMP_CMP_LE, breakLimit)),
                Rule("brk", SCMP_ACT_TRAP, Self.compare(0, SCMP_CMP_GT, breakLimit)),
                Rule("munmap"),
                Rule("madvise", SCMP_ACT_ALLOW, Self.is(2, UInt64(MADV_DONTNEED))),
                // glibc copies the message of an abort into a mapping, if it gets one.
                Rule("mmap", Self.error(ENOMEM), withoutExecution, Self.compare(1, SCMP_CMP_LE, 65_536)),
                Rule("mmap", SCMP_ACT_TRAP, withoutExecution, Self.compare(1, SCMP_CMP_GT, 65_536)),
                Rule("mremap", SCMP_ACT_TRAP),

                // Libraries that start a thread for each processor count one, and start none.
                Rule("sched_getaffinity", Self.error(EPERM)),

                // Time, locks and random numbers.
                Rule("clock_gettime"), Rule("getrandom"),
                Rule("futex", SCMP_ACT_ALLOW, Self.is(1, Self.futexWake)),
                Rule("futex", SCMP_ACT_ALLOW, Self.is(1, Self.futexWake | Self.futexPrivate)),

                // The end of the process.
                Rule("exit_group"), Rule("getpid"), Rule("gettid"), Rule("rt_sigprocmask"),
                Rule(
                    "tgkill", SCMP_ACT_ALLOW, Self.is(0, UInt64(process)), Self.is(1, UInt64(process)),
                    Self.is(2, UInt64(SIGABRT))),
            ]
    }

    /// Loads the filter for the calling process with all its threads, for ever. Returns 0 or an error number.
    func load() -> Int32 {
        // libseccomp has no error number for a kernel that does not know the action, or refuses seccomp(2).
        let error = px_seccomp_knows(SCMP_ACT_KILL_PROCESS)
        guard error == 0 else { return error }
        return withContext(for: seccomp_arch_native()) { context in
            Self.errorNumber(seccomp_attr_set(context, SCMP_FLTATR_CTL_TSYNC, 1))
                ?? Self.errorNumber(seccomp_load(context))
        }
    }

    /// Writes the BPF program of the filter for an architecture, such as `SCMP_ARCH_AARCH64`, to a file. Returns 0 or
    /// an error number.
    package func export(architecture: UInt32, to descriptor: Int32) -> Int32 {
        withContext(for: architecture) { Self.errorNumber(seccomp_export_bpf($0, descriptor)) }
    }

    /// Calls `use` with a filter of libseccomp that has all rules. Returns 0 or the first error number.
    private func withContext(for architecture: UInt32, _ use: (scmp_filter_ctx) -> Int32?) -> Int32 {
        guard let context = seccomp_init(SCMP_ACT_KILL_PROCESS) else { return ENOMEM }
        defer { seccomp_release(context) }
        let error =
            Self.errorNumber(seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS))
            // The error numbers are those of the kernel, instead of ECANCELED for all.
            ?? Self.errorNumber(seccomp_attr_set(context, SCMP_FLTATR_API_SYSRAWRC, 1))
            ?? Self.select(architecture, in: context)
            ?? addRules(to: context)
            ?? use(context)
        return error ?? 0
    }

    private static func select(_ architecture: UInt32, in context: scmp_filter_ctx) -> Int32? {
        let native = seccomp_arch_native()
        guard architecture != native else { return nil }
        return errorNumber(seccomp_arch_add(context, architecture))
            ?? errorNumber(seccomp_arch_remove(context, native))
    }

    private func addRules(to context: scmp_filter_ctx) -> Int32? {
        for rule in rules {
            // A call that the architecture of this process does not have has a negative number, which libseccomp
            // translates for the architecture of the filter, and ignores if that does not have the call either.
            let number = seccomp_syscall_resolve_name(rule.name)
            guard number != __NR_SCMP_ERROR else { return ENOSYS }
            let error = seccomp_rule_add_array(
                context, rule.action, number, UInt32(rule.conditions.count), rule.conditions)
            guard error == 0 else { return -error }
        }
        return nil
    }

    /// The error number of a result of libseccomp; nil after a success.
    private static func errorNumber(_ result: Int32) -> Int32? { result == 0 ? nil : -result }

    /// The action that makes a call fail with an error number: `SCMP_ACT_ERRNO`, a macro that Swift does not import.
    private static func error(_ number: Int32) -> UInt32 { 0x0005_0000 | UInt32(number) }

    private static func compare(_ argument: UInt32, _ operation: scmp_compare, _ value: UInt64)
        -> scmp_arg_cmp
    {
        scmp_arg_cmp(arg: argument, op: operation, datum_a: value, datum_b: 0)
    }

    private static func `is`(_ argument: UInt32, _ value: UInt64) -> scmp_arg_cmp {
        compare(argument, SCMP_CMP_EQ, value)
    }

    /// The operation `FUTEX_WAKE` and the flag `FUTEX_PRIVATE_FLAG` of futex(2).
    private static let futexWake: UInt64 = 1
    private static let futexPrivate: UInt64 = 128
}
