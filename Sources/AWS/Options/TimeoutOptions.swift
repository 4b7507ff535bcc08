// SPDX-License-Identifier: Apache-2.0

import HTTP
package import Support

/// The time limits of a call to AWS in seconds, each 0.05...3600.
package struct TimeoutOptions: Sendable, Equatable {
    /// The maximum time in seconds for the name resolution, TCP connection and TLS handshake of one attempt.
    package var connectSeconds = 5.0
    /// The maximum time in seconds from the last byte of the request to the first byte of the response. The wait time
    /// of a long poll is added.
    package var firstByteSeconds = 15.0
    /// The maximum time in seconds for one attempt. The wait time of a long poll is added.
    package var attemptSeconds = 60.0
    /// The maximum time in seconds for all attempts of a call and the pauses between them. The wait time of a long poll
    /// is added.
    package var totalSeconds = 120.0
    /// The maximum time in seconds for which the transfer rate of an attempt can stay below `stallBytesPerSecond`. The
    /// wait time of a long poll is added.
    package var stallSeconds = 15.0
    /// The minimum transfer rate in bytes per second, 0...1000000000; 0 for no minimum.
    package var stallBytesPerSecond = 512

    package init() {}

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        for (field, value) in [
            ("connectSeconds", connectSeconds), ("firstByteSeconds", firstByteSeconds),
            ("attemptSeconds", attemptSeconds), ("totalSeconds", totalSeconds),
            ("stallSeconds", stallSeconds),
        ] where !(0.05...3600).contains(value) {
            found.append(OptionProblem(field, expected: "0.05...3600", got: "\(value)"))
        }
        OptionProblem.check("stallBytesPerSecond", stallBytesPerSecond, in: 0...1_000_000_000, &found)
        return found
    }

    /// Returns the limits of the transport for one attempt.
    ///
    /// - Parameters:
    ///   - wait: the wait time of a long poll; zero for other calls.
    ///   - responseBytes: the maximum size of the response body in bytes.
    func attempt(wait: Duration = .zero, responseBytes: Int) -> Request.Limits {
        Request.Limits(
            connect: .seconds(connectSeconds), firstByte: wait + .seconds(firstByteSeconds),
            total: wait + .seconds(attemptSeconds), bytesPerSecond: stallBytesPerSecond,
            stall: wait + .seconds(stallSeconds), responseBytes: responseBytes)
    }

    /// Returns the maximum time for all attempts of a call. `wait` is the wait time of a long poll, and zero for other
    /// calls.
    func total(wait: Duration = .zero) -> Duration { wait + .seconds(totalSeconds) }
}
