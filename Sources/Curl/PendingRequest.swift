// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

/// A request that has been passed to `CurlTransport.send` and has not ended, with the caller that waits for it.
struct PendingRequest: Sendable {
    typealias Outcome = Result<Response, TransportError>

    /// A number that is unique within the transport. A request of a later call has a greater one.
    let id: UInt64
    let request: Request
    /// The time at which `send` was called. All limits of the request count from here.
    let begin: ContinuousClock.Instant
    /// The suspended call of `send`; it is resumed exactly once.
    let caller: Handover<Outcome>

    /// Makes the error of a request that ends before the loop has started it.
    func failure(_ kind: TransportError.Kind, _ detail: String) -> TransportError {
        TransportError(
            kind, phase: .queued, host: request.url.authority, elapsed: ContinuousClock.now - begin,
            detail: detail)
    }
}
