// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Pixelation
import Scripted
import Testing

/// The engine is tested with hostile files: those of `HostileFile`, and those of `SharedCorpus` if it is present.
@Suite struct HostileTests {
    /// The number of bytes of address space that the engine may use in addition to those of the test process.
    static let memory: rlim_t = 256 << 20

    @Test("hostile files are pixelated or refused within 256 MB of memory", .timeLimit(.minutes(10)))
    func everyOutcomeIsNamed() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            for policy in TruncationPolicy.allCases { try HostileTests.runAll(policy) }
        }
        // The standard error of the child process has the reason of its failure, reports of sanitizers included.
        guard let text = result?.standardErrorContent, !text.isEmpty else { return }
        print(String(decoding: text, as: UTF8.self))
    }

    static func runAll(_ policy: TruncationPolicy) throws {
        var options = PixelationOptions()
        options.truncated = policy
        #if DEBUG
            // The largest files take long in a debug build. Tests/sanitize tests them optimised and at full limits.
            options.limits.pixels = 4_000_000
        #endif
        // A busy machine would exceed the default limit of time. The time limit of the test ends endless loops.
        options.limits.seconds = 3600
        options.limits.memoryBytes = 200 << 20
        let pixelator = Pixelator(options)
        try limitMemory()
        for file in HostileFile.all { check(file.make(), file.name, pixelator) }
        for path in SharedCorpus.files(in: "hostile") {
            check(try SharedCorpus.bytes(of: path), path, pixelator)
        }
    }

    /// Pixelates a file, and traps if the engine fails with an error that is not caused by the file.
    private static func check(_ bytes: [UInt8], _ name: String, _ pixelator: Pixelator) {
        do {
            let outputs = try pixelator.pixelate(bytes).outputs
            precondition(outputs.count == 5, "\(name): \(outputs.count) outputs")
        } catch {
            switch error.kind {
            case .deadline, .cancelled, .internal: preconditionFailure("\(name): \(error)")
            default: break
            }
        }
    }

    private static func limitMemory() throws {
        let statm = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let pages = statm.split(separator: " ").first.flatMap { rlim_t($0) } ?? 0
        // The sanitizers reserve terabytes of address space, which a limit of address space would forbid.
        guard pages < 1 << 28 else { return }
        var limit = rlimit()
        limit.rlim_cur = pages * 4096 + memory
        limit.rlim_max = .max
        precondition(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
    }

    @Test(arguments: HostileFile.all)
    func `a hostile file is refused as the kind that it is`(_ file: HostileFile) {
        var options = PixelationOptions()
        options.limits.seconds = 3600
        options.limits.memoryBytes = 200 << 20
        options.sizes = [8]
        let pixelator = Pixelator(options)
        let bytes = file.make()
        guard let refusal = file.refusal else {
            #expect(throws: Never.self) { _ = try pixelator.pixelate(bytes) }
            return
        }
        let error = #expect(throws: PixelationError.self) { _ = try pixelator.pixelate(bytes) }
        #expect(error?.kind == refusal, "\(String(describing: error))")
        if refusal.rawValue.hasPrefix("too-") {
            let detail = error?.detail ?? ""
            #expect(detail.contains("pixelation.limits.") || detail.contains("a side may have"), "\(detail)")
        }
    }

    @Test func `a profile that is a bomb is dropped from outputs in another format`() throws {
        let bomb = try #require(HostileFile.all.first { $0.name == "PNG: a bomb as iCCP" })
        for output in [OutputFormatPolicy.jpeg, .webp, .png] {
            var options = PixelationOptions()
            options.output = output
            options.limits.memoryBytes = 200 << 20
            let picture = try Pixelator(options).pixelate(bomb.make())
            #expect(picture.outputs.count == 5, "\(output)")
            #expect(picture.outputs.allSatisfy { $0.bytes.count < 200_000 }, "\(output)")
        }
    }

    @Test func `the bombs of the corpus are refused as the kind that they are`() throws {
        guard SharedCorpus.folder != nil else { return }
        #expect(SharedCorpus.files(in: "hostile").count > 300)
        let refusals: [(file: String, kind: PixelationError.Kind)] = [
            ("bombs/baseline-65500x65500-empty.jpg", .tooManyPixels),
            ("bombs/baseline-7000x7000-empty-47mp.jpg", .truncated),
            ("bombs/many-app-markers-200k.jpg", .tooManyMarkers),
            ("bombs/many-com-markers-200k.jpg", .tooManyMarkers),
            ("bombs/many-dht-redefs-20k.jpg", .tooManyMarkers),
            ("bombs/progressive-10000scans-48mp-gray.jpg", .tooManyScans),
            ("bombs/progressive-500scans-48mp-gray.jpg", .tooManyScans),
            ("bombs/progressive-2000scans-12mp-rgb444.jpg", .tooManyScans),
            ("bombs/progressive-65500x65500-1scan-nodata.jpg", .tooManyPixels),
            ("crashtest/empty.jpg", .notAnImage),
            ("crashtest/missing-sos.jpg", .corrupt),
        ]
        for (file, kind) in refusals {
            let bytes = try SharedCorpus.bytes("hostile/" + file)
            let error = #expect(throws: PixelationError.self, "\(file)") {
                _ = try Pixelator(PixelationOptions()).pixelate(bytes)
            }
            #expect(error?.kind == kind, "\(file): \(String(describing: error))")
        }
    }
}

extension HostileFile: CustomTestStringConvertible {
    public var testDescription: String { name }
}
