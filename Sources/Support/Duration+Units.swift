// SPDX-License-Identifier: Apache-2.0

extension Duration {
    /// The duration as a number of seconds, for arithmetic with wall-clock times and for metrics.
    package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }

    /// The whole milliseconds of the duration, rounded toward zero and clamped to the range of `Int64`.
    package var inMilliseconds: Int64 { Int64(clamping: units(perSecond: 1_000)) }

    /// The whole microseconds of the duration, rounded toward zero and clamped to the range of `Int64`.
    package var inMicroseconds: Int64 { Int64(clamping: units(perSecond: 1_000_000)) }

    /// The whole nanoseconds of the duration, rounded toward zero and clamped to the range of `Int64` (292 years).
    package var inNanoseconds: Int64 { Int64(clamping: units(perSecond: 1_000_000_000)) }

    /// The duration, rounded up to whole seconds. SQS has timeouts in whole seconds only.
    package var roundedUpToSeconds: Duration {
        .seconds(components.seconds) + .seconds(components.attoseconds > 0 ? 1 : 0)
    }

    private func units(perSecond: Int128) -> Int128 {
        let (seconds, attoseconds) = components
        return Int128(seconds) * perSecond + Int128(attoseconds) / (1_000_000_000_000_000_000 / perSecond)
    }
}
