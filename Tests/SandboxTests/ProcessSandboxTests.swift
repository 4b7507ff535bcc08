// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Sandbox
import Scripted
import Testing

/// The sandbox of a real process: what it forbids, and what remains possible.
@Suite(.timeLimit(.minutes(5)))
struct ProcessSandboxTests {
    private static let refused: ChildProcess.End = .signal(SIGSYS)
    private static let outOfMemory: ChildProcess.End = .exit(86)
    // The exit statuses of CForbidden.
    private static let done: ChildProcess.End = .exit(10)
    private static let failed: ChildProcess.End = .exit(11)
    private static let unknown: ChildProcess.End = .exit(12)

    private func end(_ mode: SandboxedProcess.Mode, _ work: String) throws -> ChildProcess.End {
        let process = try SandboxedProcess(mode, work)
        if mode != .noSandbox { _ = process.report() }
        return process.end()
    }

    @Test(arguments: [
        "open-environment", "open", "openat", "write-other-descriptor", "read-other-descriptor", "dup",
        "fcntl",
        "ioctl", "memfd_create", "close", "socket", "connect", "sendmsg", "recvmsg", "execve", "fork",
        "vfork",
        "clone", "clone3", "thread", "ptrace", "kill-parent", "tgkill-parent", "tgkill-self",
        "process_vm_readv",
        "pidfd_getfd", "sigaction", "prctl-dumpable", "personality", "setrlimit", "seccomp", "landlock",
        "io_uring_setup", "bpf", "perf_event_open", "keyctl", "unshare", "futex-requeue", "x32", "32-bit",
        "mmap-code", "mprotect-code", "mprotect-data",
    ])
    func `a forbidden call ends the process by SIGSYS`(call: String) throws {
        let end = try end(.sandbox, call)
        #expect(end == Self.refused || end == Self.unknown)
        // Without the sandbox, the same call succeeds or fails.
        let free = try self.end(.noSandbox, call)
        // SandboxedProgram, executed without arguments, ends with status 2.
        let statuses = call == "execve" ? [.exit(2)] : [Self.done, Self.failed, Self.unknown]
        #expect(statuses.contains(free), "\(free)")
    }

    @Test(arguments: [
        "malloc", "calloc", "memalign", "malloc-small", "malloc-tiny", "realloc", "mmap", "mmap-megabyte",
        "mremap",
        "brk",
    ])
    func `memory above the limit ends the process with status 86`(request: String) throws {
        #expect(try end(.sandbox, request) == Self.outOfMemory)
        #expect(try end(.limitsRefused, request) == Self.outOfMemory)
        let free = try end(.noSandbox, request)
        #expect(free == Self.done || free == Self.failed)
    }

    @Test(arguments: [
        ("stack-overflow", [SIGSEGV]), ("null-pointer", [SIGSEGV]), ("abort", [SIGABRT]),
        ("double-free", [SIGABRT]),
        ("swift-trap", [SIGILL, SIGTRAP]), ("fatal-error", [SIGILL, SIGTRAP]),
    ])
    func `a crash ends the process by its own signal`(crash: String, signals: [Int32]) throws {
        let end = try end(.sandbox, crash)
        #expect(signals.contains { end == .signal($0) }, "\(end)")
    }

    @Test func `a stack above the limit ends the process, and a limit that cannot be set is reported`() throws
    {
        #expect(try end(.sandbox, "deep-stack") == .signal(SIGSEGV))
        #expect(try end(.noSandbox, "deep-stack") == Self.done)
        let report = try #require(try SandboxedProcess(.stackLimitRefused, "wait").report())
        #expect(report.errors[.memoryLimit] == EPERM)
        #expect(!report.isIsolated)
    }

    @Test(arguments: ["write-standard-error", "mmap-page"])
    func `a call that a runtime library makes before it aborts fails harmlessly`(call: String) throws {
        #expect(try end(.sandbox, call) == Self.failed)
    }

    @Test(arguments: ["large-blocks", "many-blocks", "swift-values", "clock"])
    func `legitimate work succeeds`(work: String) throws {
        #expect(try end(.sandbox, work) == .exit(0))
        #expect(try end(.limitsRefused, work) == .exit(0))
    }

    @Test func `an endless loop ends by SIGKILL`() throws {
        let process = try SandboxedProcess(.sandbox, "endless-loop")
        #expect(process.report() != nil)
        #expect(kill(process.pid, SIGKILL) == 0)
        #expect(process.end() == .signal(SIGKILL))
    }

    @Test func `the channel works in both directions until it is closed`() throws {
        let process = try SandboxedProcess(.sandbox, "channel")
        #expect(process.report() != nil)
        for byte: UInt8 in 1...100 { #expect(process.exchange(byte) == byte + 1) }
        process.closeChannel()
        #expect(process.end() == .exit(0))
    }

    @Test func `the kernel confirms the sandbox in the status of the process`() throws {
        let process = try SandboxedProcess(.sandbox, "wait")
        let report = try #require(process.report())
        #expect(report.isIsolated, "\(report)")
        let status = try process.status()
        #expect(status["Seccomp"] == "2")
        #expect(status["NoNewPrivs"] == "1")
        #expect(status["Threads"] == "1")
        for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
            #expect(status[set] == "0000000000000000", "\(set)")
        }
        process.closeChannel()
        #expect(process.end() == .exit(0))
    }

    @Test(.enabled(if: getuid() == 0, "only root may read the descriptors of a process that is not dumpable"))
    func `a sandboxed process has the channel and no other descriptor`() throws {
        let process = try SandboxedProcess(.sandbox, "wait")
        #expect(process.report() != nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/fd") == ["0"])
        // The directory belongs to root, because the process is not dumpable.
        let environment = try String(contentsOfFile: "/proc/\(process.pid)/environ", encoding: .utf8)
        #expect(environment.isEmpty)
    }

    @Test(.enabled(if: ProcessSandbox.available().errors[.landlock] == nil, "the kernel has no Landlock"))
    func `files are closed to a process by Landlock alone`() throws {
        for file in ["open-environment", "openat"] {
            #expect(try end(.filterRefused, file) == Self.failed)
            #expect(try end(.noSandbox, file) == Self.done)
        }
    }

    @Test func `a sandboxed process is not dumpable`() throws {
        #expect(try end(.filterRefused, "is-dumpable") == Self.failed)
        #expect(try end(.noSandbox, "is-dumpable") == Self.done)
    }

    /// A process without the death signal would not end, because it waits for the channel.
    @Test(.timeLimit(.minutes(1)))
    func `a sandboxed process ends with the thread that has started it`() async throws {
        let (started, sink) = AsyncStream.makeStream(of: Result<SandboxedProcess, any Error>.self)
        let thread = Thread {
            let process = Result {
                let process = try SandboxedProcess(.sandbox, "wait")
                // The thread may end when the sandbox is complete.
                _ = process.report()
                return process
            }
            sink.yield(process)
        }
        thread.start()
        for await process in started {
            #expect(try process.get().end() == .signal(SIGKILL))
            break
        }
    }

    @Test func `released memory leaves the process, also below a block in use`() throws {
        let process = try SandboxedProcess(.sandbox, "released-memory")
        #expect(process.report() != nil)
        let resident = {
            try #require(try process.status()["VmRSS"]?.split(separator: " ").first.flatMap { Int($0) })
        }
        var sizes = [try resident()]
        for _ in 1...3 {
            #expect(process.exchange(1) != nil)
            sizes.append(try resident())
        }
        #expect(sizes[1] > sizes[0] + 90_000, "\(sizes)")
        #expect(sizes[2] > sizes[0] + 80_000, "\(sizes)")
        #expect(sizes[3] < sizes[0] + 10_000, "\(sizes)")
        process.closeChannel()
        #expect(process.end() == .exit(0))
    }

    @Test func `a process without the sandbox has none of its marks`() throws {
        let process = try SandboxedProcess(.noSandbox, "channel")
        #expect(process.exchange(1) == 2)
        let status = try process.status()
        // The tests may run in a container, which has a filter as well.
        let own = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        for field in ["Seccomp", "NoNewPrivs", "CapEff"] {
            #expect(Self.line("\(field):", of: own)?.hasSuffix(status[field] ?? "?") == true, "\(field)")
        }
    }

    @Test func `a filter that refuses limits takes nothing from the sandbox`() throws {
        let process = try SandboxedProcess(.limitsRefused, "wait")
        let report = try #require(process.report())
        #expect(report.isIsolated, "\(report)")
        #expect(report.missing == ProcessSandbox.available().missing)
    }

    @Test func `a kernel that refuses seccomp and Landlock is reported with its errors`() throws {
        let process = try SandboxedProcess(.sandboxRefused, "wait")
        let report = try #require(process.report())
        #expect(!report.isIsolated)
        #expect(report.errors[.landlock] == EPERM)
        #expect(report.errors[.systemCallFilter] == EPERM)
        #expect(report.errors[.memoryLimit] == EPERM)
        #expect(report.description.contains("landlock (Operation not permitted)"))
        #expect(report.errors[.noNewPrivileges] == nil)
    }

    @Test func `the parts that the kernel offers are known without a change of the process`() throws {
        let before = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let available = ProcessSandbox.available()
        let after = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        for field in ["Seccomp:", "NoNewPrivs:", "CapEff:"] {
            #expect(Self.line(field, of: before) == Self.line(field, of: after))
        }
        // A process that enters the sandbox gets these parts.
        #expect(try SandboxedProcess(.sandbox, "wait").report() == available)
    }

    @Test func `a process whose parent has ended lacks the death signal`() throws {
        let report = try #require(try SandboxedProcess(.sandbox, "wait").report())
        #expect(!report.missing.contains(.deathSignal))
        // The process expects another parent than the one that it has.
        let orphan = try SandboxedProcess(.sandbox, "wait-for-another-parent")
        #expect(try #require(orphan.report()).errors[.deathSignal] == ESRCH)
    }

    private static func line(_ field: String, of text: String) -> Substring? {
        text.split(separator: "\n").first { $0.hasPrefix(field) }
    }
}
