// SPDX-License-Identifier: Apache-2.0

import HTTP

extension TimeoutOptions {
    /// The limits of one attempt. `wait` is how long the service itself may hold the answer back.
    func attempt(wait: Duration = .zero, responseBytes: Int) -> Request.Limits {
        Request.Limits(
            connect: .seconds(connectSeconds), firstByte: wait + .seconds(firstByteSeconds),
            total: wait + .seconds(attemptSeconds), bytesPerSecond: stallBytesPerSecond,
            stall: wait + .seconds(stallSeconds), responseBytes: responseBytes)
    }

    func total(wait: Duration = .zero) -> Duration { wait + .seconds(totalSeconds) }
}
