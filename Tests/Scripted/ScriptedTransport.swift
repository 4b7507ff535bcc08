// SPDX-License-Identifier: Apache-2.0

package import HTTP
import Support

/// A transport that returns prepared responses and errors: one step of its script for each request, in order.
///
/// A request after the last step fails. `unusedSteps` and `unplannedRequests` show a wrong number of requests.
package final class ScriptedTransport: Transport {
    /// The response or error for one request.
    package struct Step: Sendable {
        package var body: @Sendable (Request) throws(TransportError) -> Response

        package init(_ body: @escaping @Sendable (Request) throws(TransportError) -> Response) {
            self.body = body
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

    /// The requests so far, including those after the last step.
    ///
    /// The array is a copy, because the thread sanitizer does not see that the reference count of a shared array orders
    /// its last use in one thread before its change in another.
    package var requests: [Request] { state.withLock { state in state.seen.map { $0 } } }

    /// The number of steps that have not been used, which a test expects to be 0 at its end.
    package var unusedSteps: Int { state.withLock { $0.steps.count } }

    /// The number of requests after the last step, which a test expects to be 0 at its end.
    package var unplannedRequests: Int { state.withLock { $0.unplanned } }

    /// Appends steps to the script.
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
                detail: "the script has no step for \(request.method.rawValue) \(request.url.path)")
        }
        return try step.body(request)
    }
}
