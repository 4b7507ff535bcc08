// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Foundation
import Glibc
import Pixelation
import Scripted
import Testing

/// The processor time and the memory that the hostile files of all formats take in a decoder process of the release
/// build.
@Suite(.enabled(if: Project.hasReleaseBuild, "PIXELATOR_BINARY names no release build"))
struct HostileCostTests {
    /// The largest processor time of a file in seconds, on a machine that is as fast as the reference says.
    private static let maximumSeconds = 2.0
    /// The file by which the speed of the machine is measured, and its processor time in seconds. The machine for which
    /// the bound is meant needs 0.09: a bound that is half larger leaves room for processors on which formats differ.
    private static let reference = (name: "99 scans over 4000 x 3000 pixels", seconds: 0.06)

    @Test(.timeLimit(.minutes(20)))
    func `each hostile file takes two seconds of processor time and 256 MB at most`() throws {
        let reference = try #require(HostileFile.all.first { $0.name == Self.reference.name }).make()
        let speed =
            try (0..<3).map { _ in try measure(reference, reference, Self.options(200 << 20)).seconds }
            .min() ?? 0
        // A machine may be slower than that, but not have another bound because it is faster.
        let maximum = Self.maximumSeconds * max(1, speed / Self.reference.seconds)
        print("the reference takes \(speed) s, so that \(maximum) s are allowed")
        for file in HostileFile.all + HostileFile.large {
            let bytes = file.make()
            // A decoder may allocate 32 MB more than the limit. With the default limit, some files are decoded that are
            // refused for their memory otherwise.
            let limits =
                file.refusal == .tooMuchMemory ? [200 << 20, PixelationLimits().memoryBytes] : [200 << 20]
            for memory in limits {
                let options = Self.options(memory)
                let first = try measure(bytes, reference, options)
                var seconds = first.seconds
                // Other processes on the same core slow a decoder down.
                for _ in 0..<2 where seconds > maximum {
                    seconds = min(seconds, try measure(bytes, reference, options).seconds)
                }
                print(
                    "\(file.name), \(memory >> 20) MB: \(seconds) s, \(first.kind?.rawValue ?? "pixelated")")
                if memory == limits[0] { #expect(first.kind == file.refusal, "\(file.name)") }
                #expect(seconds <= maximum, "\(file.name)")
            }
        }
    }

    private static func options(_ memoryBytes: Int) -> PixelationOptions {
        var options = PixelationOptions()
        options.limits.seconds = 3600
        options.limits.memoryBytes = memoryBytes
        return options
    }

    /// Returns the error of a file, and the processor time that a decoder needs for it.
    private func measure(
        _ bytes: [UInt8], _ reference: [UInt8], _ options: PixelationOptions
    ) throws -> (kind: PixelationError.Kind?, seconds: Double) {
        // A decoder that has had large files is replaced at times, so that each file has its own.
        let pool = DecoderPool(
            DecoderOptions(isolation: .required, options, count: 1), limit: 1,
            program: DecoderProgram(path: Project.pixelated.path, arguments: [DecoderProgram.subcommand]))
        defer { pool.shutDown() }
        pool.keep(1)
        _ = pool.waitUntilReady(1, atMost: .seconds(600))
        let pid = try #require(pool.pids.first)
        var clock = clockid_t()
        try #require(clock_getcpuclockid(pid, &clock) == 0)
        func now() -> Double {
            var time = timespec()
            clock_gettime(clock, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        var kind: PixelationError.Kind?
        do throws(PixelationError) {
            // The decoder surveys the file as well, and refuses what this process refuses.
            let survey: Survey
            do throws(PixelationError) {
                survey = try Survey(of: bytes.span, options: options)
            } catch {
                survey = try Survey(of: reference.span, options: options)
            }
            _ = try pool.reduce(
                bytes.span,
                ReductionRequest(
                    survey: survey, options: options, deadline: .now + .seconds(3600), cancellation: nil))
        } catch { kind = error.kind }
        let seconds = now() - start
        try #require(pool.pids == [pid], "the decoder has died: \(kind?.rawValue ?? "-")")
        return (kind, seconds)
    }
}
