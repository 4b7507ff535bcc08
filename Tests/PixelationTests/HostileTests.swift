// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Pixelation
import Testing

/// Every file of the hostile corpus through the engine, in a process that may not have more than so much memory.
@Suite struct HostileTests {
    static let files: [String] = {
        guard let folder = SharedCorpus.folder?.appending(path: "hostile") else { return [] }
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        return (all?.allObjects as? [URL] ?? [])
            .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true }
            .map(\.path).sorted()
    }()

    /// Address space on top of what the process has when it begins: its thread stacks and code are not the engine's.
    static let memory: rlim_t = 256 << 20

    @Test(
        "hostile files crash nothing, stay within 256 MB and have an outcome with a name",
        .enabled(if: SharedCorpus.isPresent, "\(SharedCorpus.absence)"), .timeLimit(.minutes(10)))
    func everyOutcomeIsNamed() async throws {
        #expect(Self.files.count > 300)
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            for policy in TruncationPolicy.allCases { try HostileTests.runAll(policy) }
        }
        // What the child says about its failure, the sanitizers' reports included.
        guard let text = result?.standardErrorContent, !text.isEmpty else { return }
        print(String(decoding: text, as: UTF8.self))
    }

    static func runAll(_ policy: TruncationPolicy) throws {
        var options = PixelationOptions()
        options.truncated = policy
        #if DEBUG
            // Unoptimised, the largest take half a minute each: Tests/sanitize runs them optimised, at full limits.
            options.limits.pixels = 4_000_000
        #endif
        // No rule about time: a busy machine would break it. The test's own limit is for what never ends.
        options.limits.seconds = 3600
        let pixelator = Pixelator(options)
        try limitMemory()
        for path in files {
            let bytes = try SharedCorpus.bytes(of: path)
            do {
                let outputs = try pixelator.pixelate(bytes).outputs
                precondition(outputs.count == 5, "\(path): \(outputs.count) outputs")
            } catch {
                switch error.kind {
                case .deadline, .cancelled, .internal: preconditionFailure("\(path): \(error)")
                default: break
                }
            }
        }
    }

    private static func limitMemory() throws {
        let statm = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let pages = statm.split(separator: " ").first.flatMap { rlim_t($0) } ?? 0
        // The sanitizers reserve terabytes of address space; there the limit would forbid everything.
        guard pages < 1 << 28 else { return }
        var limit = rlimit()
        limit.rlim_cur = pages * 4096 + memory
        limit.rlim_max = .max
        precondition(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
    }

    /// What a refusal must be called, file by file, under the default limits.
    static let refusals: [(file: String, kind: PixelationError.Kind)] = [
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

    @Test(
        "a bomb is refused by its own name",
        .enabled(if: SharedCorpus.isPresent, "\(SharedCorpus.absence)"), arguments: refusals)
    func refusal(_ file: String, _ kind: PixelationError.Kind) throws {
        let bytes = try SharedCorpus.bytes("hostile/" + file)
        let error = #expect(throws: PixelationError.self) {
            try Pixelator(PixelationOptions()).pixelate(bytes)
        }
        #expect(error?.kind == kind, "\(String(describing: error))")
    }
}
