// SPDX-License-Identifier: Apache-2.0

import DeadLetters
import Pixelation
import Testing
import Worker

struct ExplanationTests {
    private static let unknown = Explanation(Failure(error: "of-a-later-version", code: ""))

    /// The names of the limits in a text, without `pixelation.limits.`.
    private static func limits(in text: String) -> Set<String> {
        Set(text.matches(of: /pixelation\.limits\.([A-Za-z]+)/).map { String($0.1) })
    }

    @Test(arguments: WorkerError.Kind.allCases)
    func `every kind of failure has a meaning of its own and a way out`(_ kind: WorkerError.Kind) {
        let explanation = Explanation(Failure(error: kind.rawValue, code: ""))
        #expect(explanation != Self.unknown && explanation.meaning.hasSuffix("."))
        #expect(explanation.remedy.hasSuffix("."), "\(explanation.remedy)")
        let same: Set<WorkerError.Kind> = [.timedOut, .unavailable]
        for other in WorkerError.Kind.allCases where other != kind && !same.isSuperset(of: [kind, other]) {
            let meaning = Explanation(Failure(error: other.rawValue, code: "")).meaning
            #expect(meaning != explanation.meaning, "\(kind) and \(other)")
        }
    }

    @Test(arguments: PixelationError.Kind.allCases)
    func `the way out names the limits that the error names, and no others`(_ kind: PixelationError.Kind) {
        let named = Self.limits(in: PixelationError(kind, limit: "x").detail)
        let worker: WorkerError.Kind? =
            switch kind {
            case .tooManyBytes, .tooManyPixels, .tooMuchMemory: .tooLarge
            case .tooManyScans, .tooManyFrames, .tooManyMarkers: .hostile
            case .tooMuchDamage: .corrupt
            case .deadline: .tooSlow
            default: nil
            }
        guard let worker else { return #expect(named.isEmpty) }
        let remedy = Explanation(Failure(error: worker.rawValue, code: kind.rawValue)).remedy
        #expect(!named.isEmpty && Self.limits(in: remedy) == named, "\(remedy)")
    }

    @Test func `a message without a reason and a kind of a later version are explained`() {
        let redriven = Explanation(.unknown)
        #expect(redriven.meaning.contains("redrive policy") && redriven.remedy.contains("--would-succeed"))
        #expect(Self.unknown.meaning.contains("not known"))
    }

    @Test func `a source whose outputs would have too long keys is explained by its code`() {
        let explanation = Explanation(Failure(error: "unsupported", code: OutputPlan.tooLong))
        #expect(explanation.meaning.contains("1,024 bytes") && explanation.remedy.contains("output.prefix"))
    }
}
