// SPDX-License-Identifier: Apache-2.0

import CLibSeccomp
import Foundation
import Glibc
import Sandbox
import Testing

/// The filter on both architectures, by an interpreter of its program.
struct SystemCallFilterTests {
    private static let arm64 = seccomp_arch_resolve_name("aarch64")
    private static let architectures = [seccomp_arch_resolve_name("x86_64"), arm64]
    private static let process: UInt64 = 4321
    private static let limit: UInt64 = 0x5555_1234_5000
    private static let filter = SystemCallFilter(process: pid_t(process), breakLimit: limit)
    private static let allow = SCMP_ACT_ALLOW
    private static let kill = SCMP_ACT_KILL_PROCESS
    private static let trap = SCMP_ACT_TRAP
    private static let badDescriptor: UInt32 = 0x0005_0000 | UInt32(EBADF)
    private static let noMemory: UInt32 = 0x0005_0000 | UInt32(ENOMEM)
    private static let high: UInt64 = 1 << 32

    private static func number(_ name: String, _ architecture: UInt32) -> Int32 {
        seccomp_syscall_resolve_name_arch(architecture, name)
    }

    @Test(arguments: architectures)
    func `each argument decides as the rules say`(architecture: UInt32) throws {
        let program = try FilterProgram(Self.filter, architecture: architecture)
        let (limit, process, high) = (Self.limit, Self.process, Self.high)
        let cases: [(String, [UInt64], UInt32)] = [
            ("read", [0], Self.allow), ("read", [1], Self.kill), ("read", [high], Self.kill),
            ("write", [0], Self.allow), ("write", [1], Self.kill), ("write", [2], Self.badDescriptor),
            ("write", [3], Self.kill), ("write", [.max], Self.kill),
            ("writev", [0], Self.kill), ("writev", [2], Self.badDescriptor),
            ("recvfrom", [0], Self.allow), ("recvfrom", [5], Self.kill),
            ("sendto", [0], Self.allow), ("sendto", [5], Self.kill),
            ("brk", [0], Self.allow), ("brk", [limit - 1], Self.allow), ("brk", [limit], Self.allow),
            ("brk", [limit + 1], Self.trap), ("brk", [limit + high], Self.trap), ("brk", [.max], Self.trap),
            ("brk", [limit - high], Self.allow), ("brk", [(limit - high) | 0xffff_ffff], Self.allow),
            ("mmap", [0, 4096, 3], Self.noMemory), ("mmap", [0, 65_536, 3], Self.noMemory),
            ("mmap", [0, 65_537, 3], Self.trap), ("mmap", [0, high, 3], Self.trap),
            ("mmap", [0, 4096, 5], Self.kill), ("mmap", [0, 4096, 7], Self.kill),
            ("mmap", [0, high, 4], Self.kill),
            ("mremap", [0], Self.trap), ("mprotect", [0, 4096, 1], Self.kill), ("munmap", [0], Self.allow),
            ("madvise", [0, 0, 4], Self.allow), ("madvise", [0, 0, 14], Self.kill),
            ("futex", [0, 1], Self.allow), ("futex", [0, 129], Self.allow), ("futex", [0, 128], Self.kill),
            ("futex", [0, 3], Self.kill),
            ("tgkill", [process, process, 6], Self.allow), ("tgkill", [process, process, 9], Self.kill),
            ("tgkill", [process, process + 1, 6], Self.kill), ("tgkill", [1, process, 6], Self.kill),
        ]
        for (name, arguments, expected) in cases {
            let action = try program.action(Self.number(name, architecture), arguments)
            #expect(action == expected, "\(name) \(arguments)")
        }
    }

    @Test(arguments: architectures)
    func `every call that no rule names ends the process`(architecture: UInt32) throws {
        let program = try FilterProgram(Self.filter, architecture: architecture)
        let named = Set(Self.filter.rules.map { Self.number($0.name, architecture) })
        var allowed = 0
        for call in Int32(0)...1100 {
            // A call whose arguments are all 0 passes most conditions.
            let action = try program.action(call)
            if !named.contains(call) { #expect(action == Self.kill, "\(call)") }
            if action == Self.allow { allowed += 1 }
        }
        // arm64 has no poll.
        #expect(allowed == (architecture == Self.arm64 ? 14 : 15))
    }

    @Test(arguments: architectures)
    func `a call of another architecture ends the process`(architecture: UInt32) throws {
        let program = try FilterProgram(Self.filter, architecture: architecture)
        for name in ["x86", "x86_64", "arm", "aarch64"] {
            let other = seccomp_arch_resolve_name(name)
            guard other != architecture else { continue }
            for call in Int32(0)...500 {
                #expect(try program.action(call, architecture: other) == Self.kill, "\(name) \(call)")
            }
        }
        // The calls of x32 have the architecture of x86-64 and this bit.
        for call in Int32(0)...500 { #expect(try program.action(call | 0x4000_0000) == Self.kill) }
    }

    @Test func `the article has one row for each call of the filter`() throws {
        let article = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/Sandbox/Sandbox.docc/SystemCalls.md").standardized
        let text = try String(contentsOf: article, encoding: .utf8)
        var rows: [String] = []
        for row in text.matches(of: /\n\| (`[^|]+) \|/) {
            rows += row.1.matches(of: /`([a-z0-9_]+)`/).map { String($0.1) }
        }
        #expect(rows.count == Set(rows).count)
        #expect(Set(rows) == Set(Self.filter.rules.map(\.name)))
    }
}
