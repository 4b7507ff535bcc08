// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of the sizes that the service gives itself within the limits of control groups.
@Suite(
    .enabled(
        if: Project.missingPrerequisite == nil && ControlGroup.missingPrerequisite == nil,
        "\(Project.missingPrerequisite ?? ControlGroup.missingPrerequisite ?? "")"))
struct SizesTests {
    @Test func `large pictures are done within 320 MiB, and no process is killed`() async throws {
        let group = try ControlGroup(memory: 320 << 20)
        defer { group.remove() }
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let socket = cloud.directory.appending(path: "health").path
            var configuration = cloud.configuration
            configuration.set("health", "listen", to: .string(socket))
            configuration.set("log", "format", to: "json")
            // Six progressive pictures of 24 megapixels need more than 432 MB.
            configuration.set("worker", "cpuWorkers", to: 6)
            let large = try await cloud.paint(6000, 4000, isProgressive: true)
            let small = try await cloud.paint(320, 240)
            let keys = (0..<12).map { "large/\($0).jpeg" } + (0..<8).map { "small/\($0).jpeg" }
            for key in keys { try await cloud.put(key, path: key.hasPrefix("large") ? large : small) }
            let service = try await cloud.pixelated(
                configuration, program: try group.launcher(of: Project.pixelated, in: cloud.directory))
            try await cloud.outputs(of: keys, within: 300)
            try await cloud.waitUntilEmpty()

            let page = Scrape(try await cloud.request("scrape", ["path": .string(socket)]))
            #expect(page.value("memory_limit_bytes", suffix: "") == Double(160 << 20))
            #expect(page.value("cpu_workers", suffix: "") == 6)
            #expect(page.total("decoder_deaths") == 0)
            #expect(try await cloud.receives().values.allSatisfy { $0 == 1 })
            try await service.stop()
            let events = service.log.lines.filter { $0.contains("\"event\":\"sizes-reduced\"") }
            #expect(events.count == 1 && events.first?.contains("335544320") == true, "\(events)")
            #expect(service.log.lines.filter { $0.contains("\"event\":\"started\"") }.count == 1)
        }
    }

    @Test func `the allocator has two arenas a processor`() async throws {
        let group = try ControlGroup(memory: 4 << 30, processors: 1.5)
        defer { group.remove() }
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let picture = try await cloud.paint(1200, 900)
            let keys = (0..<60).map { "arenas/\($0).jpeg" }
            for key in keys { try await cloud.put(key, path: picture) }
            let service = try await cloud.pixelated(
                cloud.configuration, program: try group.launcher(of: Project.pixelated, in: cloud.directory))
            try await cloud.outputs(of: keys, within: 300)
            // An arena other than the first one has a heap that ends at a multiple of 64 MiB, and whose unused rest
            // has no access rights (glibc 2.36, malloc/arena.c, HEAP_MAX_SIZE). The main arena has none.
            let maps = try String(contentsOfFile: "/proc/\(service.pid)/maps", encoding: .utf8)
            let heaps = maps.split(separator: "\n").filter { line in
                let fields = line.split(separator: " ", omittingEmptySubsequences: true)
                let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
                guard fields[1] == "---p", ends.count == 2 else { return false }
                // The guard page of a stack has 4 KiB.
                return ends[1] % (64 << 20) == 0 && ends[1] - ends[0] > 4096
            }
            #expect((1...3).contains(heaps.count), "\(heaps)")
            try await service.stop()
        }
    }

    @Test func `the workers follow the quota of processor time`() async throws {
        let group = try ControlGroup(memory: 4 << 30, processors: 0.5)
        defer { group.remove() }
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let socket = cloud.directory.appending(path: "health").path
            var configuration = cloud.configuration
            configuration.set("health", "listen", to: .string(socket))
            configuration.set("log", "format", to: "json")
            configuration.set("worker", "cpuWorkers", to: 0)
            let service = try await cloud.pixelated(
                configuration, program: try group.launcher(of: Project.pixelated, in: cloud.directory))
            try await service.log.line(containing: "\"event\":\"ready\"")
            #expect(
                Scrape(try await cloud.request("scrape", ["path": .string(socket)])).value(
                    "cpu_workers", suffix: "") == 1)
            let started = try #require(
                service.log.lines.first { $0.contains("\"event\":\"started\"") })
            #expect(started.contains("\"processor_quota\":\"0.5\""), "\(started)")
            try await service.stop()
        }
    }
}
