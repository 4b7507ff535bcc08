// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of the benchmark of the service with few pictures. They check its outputs and no times.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct BenchmarkTests {
    /// A program that writes two pictures, which are rotated by their Exif metadata.
    private static let pictures = """
        import sys
        from PIL import Image
        sys.path.insert(0, sys.argv[1])
        import paint
        for number in range(2):
            exif = Image.Exif()
            exif[0x0112] = 6
            paint.paint(320, 200 + number, number).save(f"{sys.argv[2]}/{number}.jpg", exif=exif)
        """

    /// Runs the benchmark with the daemon and the reference as the only worker.
    ///
    /// - Parameter arguments: Further arguments of the benchmark.
    /// - Returns: The exit status, and the lines of the output.
    private static func run(_ arguments: String...) async throws -> (ChildProcess.End, [String]) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "pixelated-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let pictures = folder.appending(path: "pictures")
        try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
        let painter = try ChildProcess(
            Project.python,
            ["-c", Self.pictures, Project.root.appending(path: "deploy/local").path, pictures.path])
        #expect(try await painter.end() == .exit(0))
        // The environment of the local S3 and SQS has the packages of that of the reference.
        try FileManager.default.createSymbolicLink(
            at: folder.appending(path: "pillow"),
            withDestinationURL: Project.python.deletingLastPathComponent().deletingLastPathComponent())
        let benchmark = try ChildProcess(
            Project.benchmark,
            [
                "service", "--daemon", Project.pixelated.path, "--environments", folder.path, "--workers",
                "seed",
                "--work", "0.01", "--latency", "1", "--idle", "1", "--runs", "1", pictures.path,
            ] + arguments)
        let end = try await benchmark.end(within: 120)
        return (end, benchmark.log.lines)
    }

    @Test func `the benchmark measures the daemon and the reference, whose outputs are those of the engine`()
        async throws
    {
        let (end, lines) = try await Self.run()
        let text = lines.joined(separator: "\n")
        #expect(end == .exit(0), "\(text)")
        for client in ["pixelated", "Pillow, five decodes (the reference)"] {
            let row = try #require(lines.first { $0.hasPrefix("| \(client) |") }, "\(text)")
            #expect(row.hasSuffix("| 100.0 % |"), "\(row)")
        }
        for part in ["of the engine |", "of three replicas", "of an idle hour", "requests of pixelated"] {
            #expect(text.contains(part), "\(part): \(text)")
        }
    }

    @Test func `the benchmark fails when the daemon makes other outputs than the engine`() async throws {
        let (end, lines) = try await Self.run("--no-scaling", "--set", "pixelation.metadata=upright")
        #expect(end == .exit(1))
        #expect(lines.last == "the daemon has made other outputs than the engine")
    }

    @Test func `the benchmark fails when an output of the daemon is missing`() async throws {
        let (end, lines) = try await Self.run("--no-scaling", "--set", "pixelation.sizes=[8,16,32,48]")
        #expect(end != .exit(0))
        #expect(lines.contains { $0.hasSuffix("pictures have not all five outputs") }, "\(lines)")
    }
}
