// SPDX-License-Identifier: Apache-2.0

import Curl
import HTTP
import Support

/// A transport over real sockets with shortened limits. It advances the clock by the time that the given limits allow.
final class ClockedTransport: Transport {
    private let cause: ErrorCause
    private let network: CurlTransport
    private let clock: VirtualClock
    private let sent = Locked(0)

    init(cause: ErrorCause, network: CurlTransport, clock: VirtualClock) {
        (self.cause, self.network, self.clock) = (cause, network, clock)
    }

    /// The number of requests sent.
    var count: Int { sent.withLock { $0 } }

    func send(_ request: Request) async throws(TransportError) -> Response {
        sent.withLock { $0 += 1 }
        defer { clock.advance(cause.longest(request.limits)) }
        var shortened = request
        shortened.limits = cause.shortened(request.limits)
        return try await network.send(shortened)
    }
}
