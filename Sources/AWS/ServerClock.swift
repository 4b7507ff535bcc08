// SPDX-License-Identifier: Apache-2.0

package import HTTP
import Support

/// A transport that compares the header `Date` of each response with the clock of this machine.
package final class ServerClock: Transport {
    /// The difference between the clocks, with the time of the exchange that it was read from.
    private struct Reading {
        var seconds: Double
        var elapsed: Double
    }

    private let transport: any Transport
    private let clock: any AWSClock
    private let best = Locked<Reading?>(nil)

    /// Makes a transport that sends requests by `transport`.
    package init(_ transport: any Transport, clock: any AWSClock = SystemAWSClock()) {
        self.transport = transport
        self.clock = clock
    }

    /// The number of seconds by which the clock of this machine is fast; negative when it is slow, and nil when no
    /// response had a date. It is exact to a second and half of the time of the fastest exchange.
    package var secondsFast: Double? { best.withLock { $0?.seconds } }

    package func send(_ request: Request) async throws(TransportError) -> Response {
        let start = clock.now()
        let response = try await transport.send(request)
        let end = clock.now()
        // A date has whole seconds: on the average, half a second has passed since.
        if let date = response.headers["date"].flatMap(HTTPDate.parse), end >= start {
            let reading = Reading(seconds: (start + end) / 2 - (date + 0.5), elapsed: end - start)
            best.withLock { best in
                if best.map({ reading.elapsed < $0.elapsed }) ?? true { best = reading }
            }
        }
        return response
    }
}
