// SPDX-License-Identifier: Apache-2.0

extension RowPlan {
    /// A short stream of the rows.
    struct Solution {
        let plan: RowPlan
        let filtering: Filtering
        let tokens: DeflateTokens
        let stream: DeflateStream

        /// The length of the stream and of the chunks of the format.
        var totalBytes: Int {
            let format = plan.raster.format
            let chunks = [format.palette.count, format.transparency.count].filter { $0 > 0 }
            return stream.bytes + chunks.reduce(0) { $0 + $1 + PNGWriter.chunkBytes }
        }
    }

    /// Returns the best of the solutions that are tried: each filtering with one pass, in a sample of the rows if they
    /// are many, and the best with several passes, each of which has the costs in the codes of the pass before.
    func solve() -> Solution {
        var trials = choices.map { choice in
            let tokens = tokens(choice.filtering, costs: choice.costs, sample: sample)
            let stream = DeflateStream(tokens, rawBytes: .max / 2)
            return (choice: choice, bytes: stream.bytes, costs: stream.costs)
        }
        trials.sort { $0.bytes < $1.bytes }
        func solution(_ filtering: Filtering, _ costs: DeflateCosts) -> Solution {
            let tokens = tokens(filtering, costs: costs)
            return Solution(
                plan: self, filtering: filtering, tokens: tokens,
                stream: DeflateStream(tokens, rawBytes: rawBytes))
        }
        var best = solution(trials[0].choice.filtering, trials[0].choice.costs)
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
                for costs in [trial.costs, .initial, .fixed] {
                    improve(trial.choice.filtering, costs, passes: 3)
                }
            }
        } else if isSimple {
            for trial in trials.prefix(2) { improve(trial.choice.filtering, trial.costs, passes: 2) }
            improve(best.filtering, .fixed, passes: 2)
        } else {
            improve(best.filtering, best.stream.costs, passes: 1)
        }
        return best
    }
}
