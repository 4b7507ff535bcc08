// SPDX-License-Identifier: Apache-2.0

import HTTP
package import Support

/// The time limits of a call to AWS, in seconds: 0.05...3600 each.
package struct TimeoutOptions: Sendable, Equatable {
    /// The limit for name resolution, TCP and TLS of one attempt.
    package var connectSeconds = 5.0
    /// The limit from the last byte of the request to the first of the response. A long poll adds its wait.
    package var firstByteSeconds = 15.0
    /// The limit for one attempt as a whole. A long poll adds its wait.
    package var attemptSeconds = 60.0
    /// The limit for all attempts of a call and the pauses between them. A long poll adds its wait.
    package var totalSeconds = 120.0
    /// The time after which an attempt fails whose rate stays below `stallBytesPerSecond`. A long poll adds its wait.
    package var stallSeconds = 15.0
    /// The lowest accepted transfer rate, 0...1000000000 bytes a second; 0 disables the check.
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

    /// Returns the limits of one attempt.
    ///
    /// - Parameters:
    ///   - wait: the time for which the service itself may hold the response back.
    ///   - responseBytes: the largest accepted body.
    func attempt(wait: Duration = .zero, responseBytes: Int) -> Request.Limits {
        Request.Limits(
            connect: .seconds(connectSeconds), firstByte: wait + .seconds(firstByteSeconds),
            total: wait + .seconds(attemptSeconds), bytesPerSecond: stallBytesPerSecond,
            stall: wait + .seconds(stallSeconds), responseBytes: responseBytes)
    }

    /// Returns the limit for all attempts of a call. `wait` is that of `attempt(wait:responseBytes:)`.
    func total(wait: Duration = .zero) -> Duration { wait + .seconds(totalSeconds) }
}
