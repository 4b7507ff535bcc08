// SPDX-License-Identifier: Apache-2.0

import CForbidden
import CLibSeccomp
import Glibc
import Sandbox

/// A program that enters the sandbox, reports this on descriptor 0, and does what its last argument says. The first
/// argument is `sandbox`, `no-sandbox`, `limits-refused` (by a filter such as that of a systemd unit,, `filter-refused`
/// with the usual limit of the stack), `stack-limit-refused` (the same with a higher limit), `filter-refused`
/// (the same for the filter of the sandbox) or `sandbox-refused` (the same for Landlock as well).
@main
enum SandboxedProgram {
    static let memoryLimit = 256 << 20

    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else { exit(2) }
        if arguments[1] != "limits-refused" { raiseStackLimit() }
        switch arguments[1] {
        case "limits-refused", "stack-limit-refused": refuse(["setrlimit", "prlimit64", "personality"])
        case "filter-refused": refuse(["seccomp"])
        case "sandbox-refused": refuse(["seccomp", "landlock_create_ruleset"])
        default: break
        }
        // A runtime library may have handlers that report crashes.
        for number in [SIGSEGV, SIGABRT, SIGILL, SIGTRAP] { signal(number) { _ in _exit(77) } }
        if arguments[1] != "no-sandbox" {
            let parent = arguments[2] == "wait-for-another-parent" ? getpid() : getppid()
            let report = ProcessSandbox.enter(memoryLimit: memoryLimit, parent: parent)
            guard send(report.bytes) else { exit(3) }
        }
        if arguments[2].hasPrefix("wait") {
            var byte: UInt8 = 0
            exit(Int32(read(0, &byte, 1)))
        }
        exit(LegitimateWork(rawValue: arguments[2]).map { $0.perform() } ?? forbidden_attempt(arguments[2]))
    }

    private static func send(_ bytes: [UInt8]) -> Bool {
        Glibc.send(0, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    private static func raiseStackLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0 else { exit(5) }
        limit.rlim_cur = min(64 << 20, limit.rlim_max)
        guard setrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0 else { exit(5) }
    }

    private static func refuse(_ names: [String]) {
        // SCMP_ACT_ERRNO(EPERM)
        guard let context = seccomp_init(SCMP_ACT_ALLOW) else { exit(4) }
        for name in names {
            let number = seccomp_syscall_resolve_name(name)
            guard seccomp_rule_add_array(context, 0x0005_0000 | UInt32(EPERM), number, 0, nil) == 0 else {
                exit(4)
            }
        }
        guard seccomp_load(context) == 0 else { exit(4) }
        seccomp_release(context)
    }
}
