// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

@testable import Worker

@Suite struct PolicyTests {
    private func row(
        _ kind: WorkerError.Kind, _ overrides: [String: String] = [:], attempts: Int = 5,
        hasQuarantine: Bool = true
    ) -> Policy.Row? {
        var options = WorkerOptions()
        options.maxReceives = attempts
        return Policy(overrides: overrides).table(options, hasQuarantine: hasQuarantine)
            .first { $0.kind == kind.rawValue }
    }

    @Test func `every kind of error has a row and a reason`() {
        let rows = Policy().table(WorkerOptions(), hasQuarantine: true)
        #expect(rows.map(\.kind) == WorkerError.Kind.allCases.map(\.rawValue))
        #expect(rows.allSatisfy { !$0.reason.isEmpty && !$0.isOverridden })
    }

    /// No message is deleted because of one of these errors, and only one that the breaker isolates is quarantined.
    @Test(arguments: [
        WorkerError.Kind.throttled, .timedOut, .unavailable, .credentials, .encryption, .outputDenied,
        .outputBucketMissing, .queueMissing, .malformedResponse, .conditionsUnsupported, .decoderUnavailable,
    ])
    func `an error that is not the picture's fault opens the breaker`(kind: WorkerError.Kind) {
        #expect(Policy()[kind] == .openBreaker)
        #expect(row(kind)?.delay == "held, or 5 s if released")
        #expect(row(kind)?.quarantine == "receive 5 if isolated")
        #expect(row(kind, attempts: 0)?.quarantine == "no")
        #expect(row(kind, hasQuarantine: false)?.quarantine == "no, redrive policy")
    }

    @Test(arguments: [
        WorkerError.Kind.notUnderstood, .archived, .tooLarge, .unsupported, .corrupt, .hostile,
        .decoderCrashed, .decoderOutOfMemory, .decoderGarbage,
        .outputCollision,
        .bucketNotAllowed,
    ])
    func `an error that no retry can change is quarantined at once`(kind: WorkerError.Kind) {
        #expect(Policy()[kind] == .quarantine)
        #expect(row(kind)?.quarantine == "at once")
        #expect(row(kind, hasQuarantine: false)?.quarantine == "no, redrive policy")
    }

    @Test(arguments: [
        WorkerError.Kind.accessDenied, .sourceBucketMissing, .sourceEncryption, .superseded, .tooSlow, .other,
    ])
    func `an error that may pass is retried, and quarantined at the last receive`(kind: WorkerError.Kind) {
        #expect(row(kind)?.disposition == "retry")
        #expect(row(kind)?.delay == "10 s, doubled to 900 s")
        #expect(row(kind)?.quarantine == "receive 5")
        #expect(row(kind, attempts: 0)?.quarantine == "no")
        #expect(row(kind, hasQuarantine: false)?.quarantine == "no, redrive policy")
    }

    @Test func `a missing result is stored at the last receive`() {
        #expect(row(.noResult)?.quarantine == "receive 5" && row(.noResult)?.delay == "-")
        // Nothing is suspect at its first receive.
        #expect(row(.noResult, attempts: 1)?.quarantine == "receive 2")
        #expect(row(.noResult, attempts: 0)?.quarantine == "no")
        #expect(row(.noResult, hasQuarantine: false)?.quarantine == "no, redrive policy")
        #expect(row(.noResult, ["no-result": "retry"])?.quarantine == "no, redrive policy")
    }

    @Test func `a deleted source is ignored`() {
        #expect(row(.notFound)?.disposition == "ignore")
        #expect(row(.notFound)?.quarantine == "no")
    }

    @Test func `an override replaces its row only`() {
        let overrides = ["not-found": "retry", "corrupt": "ignore"]
        #expect(row(.notFound, overrides)?.disposition == "retry")
        #expect(row(.notFound, overrides)?.isOverridden == true)
        #expect(Policy(overrides: overrides)[.corrupt] == .ignore)
        #expect(row(.hostile, overrides)?.isOverridden == false)
        #expect(row(.notFound, ["not-found": "ignore"])?.isOverridden == false, "as it was")
    }

    @Test func `an unknown kind or disposition is a problem with its name`() {
        let problems = Policy.problems(of: ["not-found": "ignored", "lost": "retry", "corrupt": "retry"])
        #expect(problems.map(\.field) == ["lost", "not-found"])
        #expect(problems.last?.expected == "one of ignore, retry, quarantine, open-breaker")
        #expect(problems.first?.expected.contains("did you mean") == false)
    }

    @Test func `an unknown kind that is similar to a known kind has it as a hint`() throws {
        let problem = try #require(Policy.problems(of: ["acess-denied": "retry"]).first)
        #expect(problem.expected.hasSuffix("; did you mean access-denied?"))
    }
}
