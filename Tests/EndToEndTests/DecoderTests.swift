// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of the service's decoder processes, which have no credentials.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct DecoderTests {
    /// The processes that a process has started.
    static func children(of pid: Int32) throws -> [Int32] {
        let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
        return try tasks.flatMap { task in
            try String(contentsOfFile: "/proc/\(pid)/task/\(task)/children", encoding: .utf8)
                .split(separator: " ").compactMap { Int32($0) }
        }
    }

    /// Starts the service with two decoders, and waits for the outputs of its first picture.
    ///
    /// - Returns: The service, its configuration, and the path of the picture.
    private static func service(
        _ cloud: LocalCloud
    ) async throws -> (ChildProcess, configuration: JSON, photo: String) {
        var configuration = cloud.configuration
        configuration.set("worker", "cpuWorkers", to: 2)
        let pixelated = try await cloud.pixelated(configuration)
        let photo = try await cloud.paint(320, 240)
        try await cloud.put("a.jpeg", path: photo)
        try await cloud.outputs(of: "a.jpeg")
        return (pixelated, configuration, photo)
    }

    /// Returns true when the readable memory of a process contains `text`.
    private static func memory(of pid: Int32, contains text: String) throws -> Bool {
        let maps = try String(contentsOfFile: "/proc/\(pid)/maps", encoding: .utf8)
        let memory = try #require(FileHandle(forReadingAtPath: "/proc/\(pid)/mem"))
        var readBytes = 0
        for line in maps.split(separator: "\n") where !line.contains("[v") {
            let fields = line.split(separator: " ")
            let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard ends.count == 2, fields[1].hasPrefix("r") else { continue }
            try memory.seek(toOffset: ends[0])
            // Reading fails for memory without pages, such as the untouched part of a shared mapping.
            guard let bytes = try? memory.read(upToCount: Int(ends[1] - ends[0])) else { continue }
            readBytes += bytes.count
            if bytes.range(of: Data(text.utf8)) != nil { return true }
        }
        #expect(readBytes > 1 << 20, "the memory of \(pid) is readable")
        return false
    }

    @Test(.enabled(if: geteuid() == 0, "reading the memory of other processes needs root"))
    func `the secret key is in the memory of the service and of no decoder`() async throws {
        try await LocalCloud.run { cloud in
            let secret = try #require(cloud.stack["secretAccessKey"]?.string)
            let (pixelated, _, _) = try await Self.service(cloud)

            let decoders = try Self.children(of: pixelated.pid)
            #expect(decoders.count == 2)
            #expect(try Self.memory(of: pixelated.pid, contains: secret))
            for decoder in decoders {
                #expect(try !Self.memory(of: decoder, contains: secret))
                #expect(try Data(contentsOf: URL(filePath: "/proc/\(decoder)/environ")).isEmpty)
                let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(decoder)/fd")
                #expect(descriptors == ["0"])
                let status = try ProcessStatus.fields(of: decoder)
                #expect(status["Seccomp"] == "2" && status["NoNewPrivs"] == "1" && status["Threads"] == "1")
                #expect(status["CapEff"] == "0000000000000000" && status["CapBnd"]?.isEmpty == false)
            }
        }
    }

    @Test func `decoders that die are replaced, and the service ends without any process`() async throws {
        try await LocalCloud.run { cloud in
            let (pixelated, _, photo) = try await Self.service(cloud)
            let first = try Self.children(of: pixelated.pid)
            for decoder in first { kill(decoder, SIGSEGV) }
            try await pixelated.log.line(containing: "is replaced")
            try await cloud.put("b.jpeg", path: photo)
            try await cloud.outputs(of: "b.jpeg")
            let second = try Self.children(of: pixelated.pid)
            #expect(!second.isEmpty && Set(first).isDisjoint(with: second))
            pixelated.signal(SIGTERM)
            #expect(try await pixelated.end() == .exit(0))
            for decoder in first + second { #expect(kill(decoder, 0) == -1 && errno == ESRCH) }
        }
    }

    /// Waits until the decoders of a process fulfil a condition, at most a minute, and returns them.
    private static func children(
        of pid: Int32, until condition: (Set<Int32>) -> Bool
    ) async throws -> Set<Int32> {
        for _ in 0..<600 {
            let found = Set(try children(of: pid))
            if condition(found) { return found }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw TestError("the decoders are \(try children(of: pid)) after a minute")
    }

    @Test func `a reload changes the number of decoders, and other limits replace them`() async throws {
        try await LocalCloud.run { cloud in
            let (pixelated, initial, photo) = try await Self.service(cloud)
            var configuration = initial
            let two = try await Self.children(of: pixelated.pid) { $0.count == 2 }

            configuration.set("worker", "cpuWorkers", to: 4)
            try await cloud.reload(pixelated, configuration)
            let four = try await Self.children(of: pixelated.pid) { $0.count == 4 }
            #expect(four.isSuperset(of: two), "the first decoders are kept")
            configuration.set("worker", "cpuWorkers", to: 1)
            try await cloud.reload(pixelated, configuration)
            let one = try await Self.children(of: pixelated.pid) { $0.count == 1 }
            #expect(one.isSubset(of: four), "one of the decoders is kept")
            try await cloud.put("b.jpeg", path: photo)
            try await cloud.outputs(of: "b.jpeg")

            // The length of the shared memory and the memory limit of a decoder are fixed at its start.
            for limit in ["bytes", "memoryBytes"] {
                let before = Set(try Self.children(of: pixelated.pid))
                configuration.set("pixelation", "limits", limit, to: .number(Double(48 << 20)))
                try await cloud.reload(pixelated, configuration)
                _ = try await Self.children(of: pixelated.pid) {
                    $0.count == 1 && $0.isDisjoint(with: before)
                }
                try await cloud.put("\(limit).jpeg", path: photo)
                try await cloud.outputs(of: "\(limit).jpeg")
            }
            #expect(!pixelated.log.lines.contains { $0.contains("is replaced") })
            try await pixelated.stop()
        }
    }
}
