// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

@testable import AWS

/// Tests with real child processes. Deadlines are long where the process ends by itself, and short where it does not.
@Suite(.timeLimit(.minutes(1)))
struct ChildProcessTests {
    /// Runs a shell script, whose grandchildren print their process ids into the file `$PIDS`.
    private func run(
        _ script: String, within deadline: Duration = .seconds(50), pids: TemporaryFile? = nil
    ) async -> Result<[UInt8], ChildProcess.Failure> {
        var environment = ["PATH": "/usr/bin:/bin"]
        environment["PIDS"] = pids?.path
        return await ChildProcess.output(
            of: ["/bin/sh", "-c", script], environment: environment, within: deadline)
    }

    private func text(_ result: Result<[UInt8], ChildProcess.Failure>) throws -> String {
        String(decoding: try result.get(), as: UTF8.self)
    }

    /// Waits until every process in `file` has ended or is a zombie.
    private func waitForEnd(of file: TemporaryFile, count: Int) async throws {
        let pids = try String(contentsOfFile: file.path, encoding: .utf8).split(separator: "\n")
        try #require(pids.count == count)
        for pid in pids {
            while let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                status.split(separator: ")").last?.hasPrefix(" Z") == false
            { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test func `a program has exactly three descriptors`() async throws {
        // Descriptors without close-on-exec, as some libraries make them.
        var pipe: [Int32] = [-1, -1]
        try #require(Glibc.pipe(&pipe) == 0)
        defer { for end in pipe { close(end) } }
        let list = try text(await run("exec ls -l /proc/self/fd"))
        let targets = list.split(separator: "\n").compactMap { $0.split(separator: " -> ").last }.dropFirst()
        // The last one is the directory that `ls` reads.
        #expect(targets.count == 4, "\(list)")
        #expect(targets.first == "/dev/null")
        #expect(targets.dropFirst().prefix(2).allSatisfy { $0.hasPrefix("pipe:") }, "\(list)")
    }

    @Test(arguments: ["/dev/stdout", "/proc/self/fd/1"])
    func `a program can open its standard output by name`(_ path: String) async throws {
        #expect(try text(await run("echo keys > \(path)")) == "keys\n")
    }

    @Test func `a program leads a process group and has default signals`() async throws {
        let found = try text(
            await run("cut -d' ' -f1,5 /proc/$$/stat; exec grep -E 'Sig(Blk|Ign)' /proc/self/status"))
        let lines = found.split(separator: "\n")
        let ids = try #require(lines.first).split(separator: " ")
        #expect(ids.count == 2 && ids[0] == ids[1])
        #expect(lines.count == 3)
        for line in lines.dropFirst() {
            // The 31 signals without the real-time ones.
            let mask = try #require(line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) })
            #expect(mask & 0x7FFF_FFFF == 0, "\(line)")
        }
    }

    /// The grandchildren hold both pipes, and nothing would close them for 1000 seconds.
    @Test(arguments: [
        "sleep 1000 & echo $! >> $PIDS; echo keys",
        "(trap '' TERM HUP; exec sleep 1000) & echo $! >> $PIDS; echo keys",
        "(while :; do echo noise >&2; sleep 0.01; done) & echo $! >> $PIDS; echo keys",
    ])
    func `a program that leaves a process behind ends at once, and what it left behind is killed`(
        _ script: String
    ) async throws {
        let pids = try TemporaryFile("")
        #expect(try text(await run(script, pids: pids)).hasPrefix("keys\n"))
        try await waitForEnd(of: pids, count: 1)
    }

    @Test func `a process with a session of its own survives, and delays nothing`() async throws {
        let pids = try TemporaryFile("")
        #expect(
            try text(
                await run(
                    """
                    setsid sh -c 'echo $$ > $PIDS; exec sleep 1000' &
                    while [ ! -s $PIDS ]; do sleep 0.01; done
                    echo keys
                    """, pids: pids)) == "keys\n")
        let pid = try #require(
            pid_t(String(contentsOfFile: pids.path, encoding: .utf8).trimmingCharacters(in: .newlines)))
        #expect(kill(pid, SIGKILL) == 0)
    }

    @Test(arguments: [
        "sleep 1000 & echo $! >> $PIDS; sleep 1000",
        "trap '' TERM HUP INT; sleep 1000 & echo $! >> $PIDS; wait; wait",
        "exec >&- 2>&-; sleep 1000 & echo $! >> $PIDS; wait",
        "sleep 1000 & echo $! >> $PIDS; while :; do echo noise >&2; done",
        "sleep 1000 & echo $! >> $PIDS; kill -STOP $$",
    ])
    func `a program that runs on is killed at the deadline with all of its group`(_ script: String)
        async throws
    {
        // On a slow machine the deadline may come before the script has written the id.
        var deadline = Duration.seconds(1)
        var pids: TemporaryFile
        repeat {
            pids = try TemporaryFile("")
            #expect(await run(script, within: deadline, pids: pids) == .failure(.timedOut))
            deadline *= 2
        } while try String(contentsOfFile: pids.path, encoding: .utf8).isEmpty
        try await waitForEnd(of: pids, count: 1)
    }

    @Test(arguments: [(65_536, true), (65_537, false)])
    func `an output has at most 64 KiB`(_ count: Int, _ fits: Bool) async {
        let result = await run("head -c \(count) /dev/zero")
        #expect(result == (fits ? .success(Array(repeating: 0, count: count)) : .failure(.tooMuchOutput)))
    }

    @Test func `a program that prints without end is killed`() async {
        #expect(await run("yes") == .failure(.tooMuchOutput))
    }

    @Test func `the last line of standard error is part of a failure, at most 200 characters of it`() async {
        let long = String(repeating: "x", count: 300)
        let result = await run(
            "yes noise | head -c 200000 >&2; printf 'first\\n\\033[1m\(long)\\n\\n' >&2; exit 3")
        #expect(result == .failure(.exited(3, text: "?[1m" + long.prefix(196))))
    }

    @Test func `many programs at the same time end at their own deadlines`() async {
        await withTaskGroup(of: Result<[UInt8], ChildProcess.Failure>.self) { group in
            for _ in 0..<8 { group.addTask { await run("sleep 1000", within: .milliseconds(300)) } }
            for await result in group { #expect(result == .failure(.timedOut)) }
        }
    }
}
