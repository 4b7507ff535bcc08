// SPDX-License-Identifier: Apache-2.0

package import HTTP
import Support

/// A transport that plays a script: for each expected request one answer, in order.
///
/// A request that nobody planned is a failure, and `unusedSteps` shows answers that nobody asked for.
package final class ScriptedTransport: Transport {
    package struct Step: Sendable {
        package var answer: @Sendable (Request) throws(TransportError) -> Response

        package init(_ answer: @escaping @Sendable (Request) throws(TransportError) -> Response) {
            self.answer = answer
        }

        package static func respond(
            _ status: Int, _ headers: Headers = [:], _ body: String = ""
        ) -> Step {
            Step { _ in Response(status: status, headers: headers, body: Array(body.utf8)) }
        }

        package static func fail(
            _ kind: TransportError.Kind, phase: TransportError.Phase = .receiving
        ) -> Step {
            Step { request throws(TransportError) in
                throw TransportError(
                    kind, phase: phase, host: request.url.authority, elapsed: .milliseconds(1),
                    detail: "scripted")
            }
        }
    }

    private struct State {
        var steps: [Step]
        var seen: [Request] = []
        var unplanned = 0
    }

    private let state: Locked<State>

    package init(_ steps: [Step]) { state = Locked(State(steps: steps)) }

    /// Every request so far, the unplanned ones included.
    package var requests: [Request] { state.withLock { $0.seen } }

    /// How many answers are left. A finished test expects 0.
    package var unusedSteps: Int { state.withLock { $0.steps.count } }

    /// How many requests had no answer. A finished test expects 0.
    package var unplannedRequests: Int { state.withLock { $0.unplanned } }

    /// Appends answers to the script.
    package func add(_ steps: [Step]) { state.withLock { $0.steps += steps } }

    package func send(_ request: Request) async throws(TransportError) -> Response {
        let step: Step? = state.withLock { state in
            state.seen.append(request)
            guard !state.steps.isEmpty else {
                state.unplanned += 1
                return nil
            }
            return state.steps.removeFirst()
        }
        guard let step else {
            throw TransportError(
                .invalidRequest, phase: .queued, host: request.url.authority, elapsed: .zero,
                detail: "the script has no answer for \(request.method.rawValue) \(request.url.path)")
        }
        return try step.answer(request)
    }
}
