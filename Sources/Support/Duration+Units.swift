// SPDX-License-Identifier: Apache-2.0

extension Duration {
    /// The duration as a number of seconds, for arithmetic with wall-clock times and for metrics.
    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }

    /// The whole milliseconds of the duration, rounded toward zero.
    package var inMilliseconds: Int64 { Int64(clamping: units(in: 1_000)) }

    /// The whole microseconds of the duration, rounded toward zero.
    package var inMicroseconds: Int64 { Int64(clamping: units(in: 1_000_000)) }

    /// The whole nanoseconds of the duration, rounded toward zero; `Int64.max` for more than 292 years.
    package var inNanoseconds: Int64 { Int64(clamping: units(in: 1_000_000_000)) }

    /// The shortest duration of whole seconds that is not shorter, as SQS takes timeouts.
    package var roundedUpToSeconds: Duration {
        .seconds(components.attoseconds > 0 ? components.seconds + 1 : components.seconds)
    }

    private func units(in second: Int128) -> Int128 {
        let (seconds, attoseconds) = components
        return Int128(seconds) * second + Int128(attoseconds) / (1_000_000_000_000_000_000 / second)
    }
}
