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
        await #expect(processExitsWith: .success) {
            for policy in TruncationPolicy.allCases { try HostileTests.runAll(policy) }
        }
    }

    static func runAll(_ policy: TruncationPolicy) throws {
        var options = PixelationOptions()
        options.truncated = policy
        #if DEBUG
            // Without optimisation the kernels need minutes for the large ones: there they count as too large.
            options.limits.pixels = 1_000_000
        #endif
        let pixelator = Pixelator(options)
        var outcomes: [String: Int] = [:]
        try limitMemory()
        for path in files {
            let bytes = Array(try Data(contentsOf: URL(filePath: path)))
            let outcome: String
            do {
                outcome =
                    try pixelator.pixelate(bytes, until: Deadline(after: .seconds(20))).variants.count == 5
                    ? "decoded" : "incomplete"
            } catch {
                outcome = error.kind.rawValue
            }
            outcomes[outcome, default: 0] += 1
        }
        print(policy, outcomes.sorted { $0.key < $1.key })
        precondition(outcomes["internal"] == nil && outcomes["incomplete"] == nil)
        precondition(outcomes["deadline"] == nil, "a hostile file took 20 s")
        precondition(outcomes.values.reduce(0, +) == files.count)
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
            try Pixelator(PixelationOptions()).pixelate(bytes, until: .never)
        }
        #expect(error?.kind == kind, "\(String(describing: error))")
    }
}
