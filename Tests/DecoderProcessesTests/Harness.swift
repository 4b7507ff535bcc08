// SPDX-License-Identifier: Apache-2.0

import DecoderProcesses
import Decoding
import Foundation
import Pixelation
import Scripted
import Support

/// A pool of scripted decoders with its events.
final class Harness: Sendable {
    let pool: DecoderPool
    private let recorded: Locked<[DecoderEvent]>

    /// Creates a pool.
    ///
    /// - Parameters:
    ///   - argument: The argument of the scripted decoder.
    ///   - limit: The maximum number of decoders.
    ///   - change: A change of the times of the pool.
    init(
        _ argument: String, limit: Int = 1, fileBytes: Int = 64 << 20,
        change: (inout DecoderTimes) -> Void = { _ in }
    ) {
        var times = DecoderTimes()
        // The first start on a busy machine can take a while.
        times.start = .seconds(600)
        times.grace = .milliseconds(100)
        change(&times)
        let recorded = Locked<[DecoderEvent]>([])
        self.recorded = recorded
        pool = DecoderPool(
            DecoderOptions(fileBytes: fileBytes, memoryLimit: 256 << 20), limit: limit,
            program: DecoderProgram(path: Self.executable("ScriptedDecoder").path, arguments: [argument]),
            times: times, onEvent: { event in recorded.withLock { $0.append(event) } })
    }

    var events: [DecoderEvent] { recorded.withLock { $0 } }

    /// The process ids of all decoders that became ready.
    var pids: [Int32] {
        events.compactMap { if case .ready(let pid, _, _) = $0 { pid } else { nil } }
    }

    /// The codes of the errors with which decoders died.
    var deaths: [String] {
        events.compactMap { if case .died(_, let error) = $0 { error.kind.rawValue } else { nil } }
    }

    /// Decodes a picture on a thread of its own.
    func reduce(
        _ bytes: [UInt8], seconds: Double = 600, cancellation: Cancellation? = nil,
        sizes: [Int] = [8, 16, 32, 48, 64]
    ) async -> Result<Reduction, PixelationError> {
        var options = PixelationOptions()
        options.sizes = sizes
        return await Self.reduce(
            bytes, with: pool, options: options, seconds: seconds, cancellation: cancellation)
    }

    static func reduce(
        _ bytes: [UInt8], with reducer: any PictureReducer, options: PixelationOptions = PixelationOptions(),
        seconds: Double = 600, cancellation: Cancellation? = nil
    ) async -> Result<Reduction, PixelationError> {
        await withHandover { handover in
            Thread.detachNewThread {
                do throws(PixelationError) {
                    let reduction = try reducer.reduce(
                        bytes.span,
                        ReductionRequest(
                            survey: Survey(of: bytes.span, options: options), options: options,
                            deadline: .now + .seconds(seconds), cancellation: cancellation))
                    handover.resume(returning: .success(reduction))
                } catch {
                    handover.resume(returning: .failure(error))
                }
            }
        }
    }

    /// Ends the pool on a thread of its own.
    func shutDown() async {
        _ = await withHandover { (handover: Handover<Bool>) in
            Thread.detachNewThread { [pool] in
                pool.shutDown()
                handover.resume(returning: true)
            }
        }
    }

    /// Waits until a condition holds, at most a minute.
    static func eventually(_ condition: () -> Bool) async throws -> Bool {
        for _ in 0..<6000 {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// Returns a pool of decoders of an executable that was built with the tests.
    static func pool(
        of name: String, _ limits: PixelationLimits = PixelationLimits(), limit: Int
    ) -> DecoderPool {
        var times = DecoderTimes()
        // A start on a busy machine can take a while.
        times.start = .seconds(600)
        var options = PixelationOptions()
        options.limits = limits
        return DecoderPool(
            DecoderOptions(isolation: .required, options, count: limit), limit: limit,
            program: DecoderProgram(path: executable(name).path, arguments: [DecoderProgram.subcommand]),
            times: times)
    }

    /// An executable that was built with the tests.
    static func executable(_ name: String) -> URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(
            path: name)
    }

    /// True when the process `pid` exists, also as a zombie.
    static func exists(_ pid: Int32) -> Bool { FileManager.default.fileExists(atPath: "/proc/\(pid)") }
}
