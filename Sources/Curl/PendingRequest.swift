// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

/// A request that was passed to `CurlTransport.send` and has not ended, with the caller that waits for its end.
struct PendingRequest: Sendable {
    typealias Outcome = Result<Response, TransportError>

    /// The identifier of the request, which is unique within the transport. Identifiers ascend in the order of the
    /// calls of `send`.
    let id: UInt64
    let request: Request
    /// The time at which `send` was called, with which the total time of the request begins.
    let begin: ContinuousClock.Instant
    /// The suspended caller of `send`, which is resumed exactly once.
    let caller: Handover<Outcome>

    /// Returns the error of a request that ends before the event loop has started its transfer.
    func failure(_ kind: TransportError.Kind, _ detail: String) -> TransportError {
        TransportError(
            kind, phase: .queued, host: request.url.authority, elapsed: ContinuousClock.now - begin,
            detail: detail)
    }
}
