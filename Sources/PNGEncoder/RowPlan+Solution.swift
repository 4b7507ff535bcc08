// SPDX-License-Identifier: Apache-2.0

extension RowPlan {
    /// A short stream of the rows.
    struct Solution {
        let plan: RowPlan
        let filtering: Filtering
        let tokens: DeflateTokens
        let stream: DeflateStream

        /// The length of the stream and of the chunks of the format.
        var totalBytes: Int { stream.bytes + plan.raster.format.chunkBytes }
    }

    /// The choices that are compared: all for few rows, and else those with the least estimates, among them
    /// filter Up for all rows, whose runs of equal units are often shorter than the estimate.
    private var trialChoices: [Choice] {
        guard !isSmall else { return choices }
        let sorted = choices.sorted { $0.estimate < $1.estimate }
        return sorted[..<2] + sorted.dropFirst(2).filter { $0.filtering.filters.allSatisfy { $0 == .up } }
    }

    /// Returns the best of the solutions that are tried: each filtering with one pass, in a sample of the rows if they
    /// are many, and the best with several passes, each of which has the costs in the codes of the pass before. Rows of
    /// not many bytes are also coded as common writers do, and from there with further passes.
    func solve() -> Solution {
        var parser = parser()
        let sample = sample
        func solution(_ filtering: Filtering, _ tokens: DeflateTokens) -> Solution {
            Solution(
                plan: self, filtering: filtering, tokens: tokens,
                stream: DeflateStream(tokens, rawBytes: rawBytes))
        }
        func solution(_ filtering: Filtering, _ costs: DeflateCosts) -> Solution {
            solution(filtering, tokens(filtering, costs: costs, &parser))
        }
        var best: Solution
        var trials: [(choice: Choice, solution: Solution)] = []
        if sample == .all {
            trials = trialChoices.map { ($0, solution($0.filtering, $0.costs)) }
            trials.sort { $0.solution.stream.bytes < $1.solution.stream.bytes }
            best = trials[0].solution
        } else {
            var (least, leastBits) = (trialChoices[0], Int.max)
            for choice in trialChoices {
                let tokens = tokens(choice.filtering, costs: choice.costs, sample: sample, &parser)
                let bits = DeflateBlock(DeflateHistogram(tokens, 0..<tokens.count)).bits
                if bits < leastBits { (least, leastBits) = (choice, bits) }
            }
            best = solution(least.filtering, least.costs)
        }
        func improve(_ filtering: Filtering, _ start: DeflateCosts, passes: Int) {
            var costs = start
            for _ in 0..<passes {
                let next = solution(filtering, costs)
                costs = next.stream.costs
                if next.stream.bytes < best.stream.bytes { best = next }
            }
        }
        if isSmall {
            for trial in trials.prefix(3) {
                for costs in [trial.solution.stream.costs, .initial, .fixed] {
                    improve(trial.choice.filtering, costs, passes: 3)
                }
            }
        } else if isSimple {
            improve(best.filtering, best.stream.costs, passes: 1)
            improve(best.filtering, .fixed, passes: 1)
        }
        if isMedium {
            let usual = usualSolution
            if usual.stream.bytes < best.stream.bytes { best = usual }
            improve(usual.filtering, usual.stream.costs, passes: 2)
        }
        return best
    }

    /// The solution of common writers, which examines each byte once.
    var usualSolution: Solution {
        let filtering = usualFiltering
        let tokens = LazyParser.tokens(bytes(filtering))
        return Solution(
            plan: self, filtering: filtering, tokens: tokens,
            stream: DeflateStream(tokens, rawBytes: rawBytes))
    }
}
