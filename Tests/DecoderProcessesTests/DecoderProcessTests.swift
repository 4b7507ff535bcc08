// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Foundation
import Pixelation
import Sandbox
import Scripted
import Support
import Testing

/// Decoder processes as the kernel sees them.
@Suite(.serialized) struct DecoderProcessTests {
    @Test(arguments: ["pixelated", "pixelated-bench"])
    func `each executable is its own decoder with one descriptor, no environment and a sandbox`(
        _ name: String
    ) async throws {
        let pool = Harness.pool(of: name, limit: 2)
        let result = await Harness.reduce(Picture.cells(width: 20), with: pool)
        #expect(try result.get().grids.count == 5)
        pool.keep(2)
        #expect(try await Harness.eventually { pool.pids.count == 2 })
        for pid in pool.pids {
            let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")
            #expect(files == ["0"])
            let environment = try Data(contentsOf: URL(filePath: "/proc/\(pid)/environ"))
            #expect(environment.isEmpty)
            let status = try ProcessStatus.fields(of: pid)
            #expect(status["Seccomp"] == "2" && status["NoNewPrivs"] == "1" && status["Threads"] == "1")
            #expect(status["CapEff"] == "0000000000000000" && status["CapPrm"] == "0000000000000000")
            #expect(status["Name"] == "px-decoder")
            let raised = try Self.score(of: "self") + OutOfMemoryScore.difference
            #expect(try Self.score(of: "\(pid)") == min(raised, OutOfMemoryScore.maximum))
        }
        #expect(pool.status.report?.isIsolated == true)
        pool.shutDown()
        #expect(pool.pids.isEmpty)
    }

    /// Returns the value by which the kernel prefers a process when memory runs out.
    private static func score(of process: String) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(process)/oom_score_adj", encoding: .utf8)
        return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    @Test func `a decoder gives the memory of a picture back when it is idle`() async throws {
        let pool = Harness.pool(of: "pixelated", limit: 1)
        // The memory of a progressive picture is its coefficients: 2 bytes for each sample of it, 12 MB here. It is
        // less than what a busy decoder keeps.
        let picture = try Picture.noise(width: 2000, height: 1000, isProgressive: true)
        #expect(await (try Harness.reduce(picture, with: pool).get()).grids.count == 5)
        let pid = try #require(pool.pids.first)
        let memory = {
            let field = try ProcessStatus.fields(of: pid)["RssAnon"]
            return try #require(field?.split(separator: " ").first.flatMap { Int($0) })
        }
        #expect(try await Harness.eventually { (try? memory()) ?? .max < 9_000 })
        #expect(pool.pids == [pid])
        pool.shutDown()
    }

    @Test func `the signals of a stop do not end decoders`() async throws {
        let pool = Harness.pool(of: "pixelated", limit: 1)
        #expect(await (try Harness.reduce(Picture.cells(width: 20), with: pool).get()).grids.count == 5)
        let pid = try #require(pool.pids.first)
        for number in [SIGHUP, SIGINT, SIGTERM] { kill(pid, number) }
        #expect(await (try Harness.reduce(Picture.cells(width: 20), with: pool).get()).grids.count == 5)
        #expect(pool.pids == [pid])
        pool.shutDown()
        #expect(!Harness.exists(pid))
    }

    @Test func `a decoder that a person starts exits with an error and prints nothing`() async throws {
        let process = try ChildProcess(Harness.executable("pixelated"), [DecoderProgram.subcommand])
        #expect(try await process.end() == .exit(DecoderMain.ExitStatus.channel.rawValue))
        #expect(process.log.lines.isEmpty)
    }

    @Test(arguments: ["segfault", "garbage", "exit"])
    func `no descriptor, mapping or process is left after pictures and deaths`(_ decoder: String) async throws
    {
        let process = try ChildProcess(Harness.executable("ScriptedDecoder"), ["parent", decoder])
        #expect(try await process.end(within: 600) == .exit(0))
        #expect(process.log.lines == ["descriptors 0", "mappings 0", "children 0"])
    }
}
