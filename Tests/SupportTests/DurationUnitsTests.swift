// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

struct DurationUnitsTests {
    @Test func `a duration is converted to each unit`() {
        let duration = Duration.seconds(90) + .nanoseconds(123_456_789)
        #expect(duration.inMilliseconds == 90_123)
        #expect(duration.inMicroseconds == 90_123_456)
        #expect(duration.inNanoseconds == 90_123_456_789)
        #expect(abs(duration.inSeconds - 90.123456789) < 1e-9)
        #expect(Duration.zero.inMilliseconds == 0)
        #expect(Duration.zero.inSeconds == 0)
    }

    @Test func `fractions of a unit are cut off toward zero, in negative durations as well`() {
        #expect(Duration.microseconds(1999).inMilliseconds == 1)
        #expect(Duration.microseconds(-1999).inMilliseconds == -1)
        #expect(Duration.nanoseconds(-999).inMicroseconds == 0)
        #expect(Duration(secondsComponent: 0, attosecondsComponent: 999_999_999).inNanoseconds == 0)
        #expect((Duration.seconds(-2) - .milliseconds(500)).inMilliseconds == -2500)
    }

    @Test func `durations beyond the range of a unit are clamped`() {
        let longest = Duration.seconds(Int64.max)
        let shortest = Duration.seconds(Int64.min)
        for duration in [longest, .seconds(9_223_372_036_854_776)] {
            #expect(duration.inMilliseconds == .max)
            #expect(duration.inMicroseconds == .max)
            #expect(duration.inNanoseconds == .max)
        }
        #expect(shortest.inMilliseconds == .min)
        #expect(shortest.inMicroseconds == .min)
        #expect(shortest.inNanoseconds == .min)
        #expect(longest.inSeconds == 9.223372036854775807e18)
        // The greatest number of seconds with exact nanoseconds: 292 years.
        #expect(Duration.seconds(9_223_372_036).inNanoseconds == 9_223_372_036_000_000_000)
        #expect(Duration.seconds(9_223_372_037).inNanoseconds == .max)
    }

    @Test func `rounding up to seconds never makes a duration shorter`() {
        #expect(Duration.seconds(3).roundedUpToSeconds == .seconds(3))
        #expect((Duration.seconds(3) + .nanoseconds(1)).roundedUpToSeconds == .seconds(4))
        #expect(Duration(secondsComponent: 3, attosecondsComponent: 1).roundedUpToSeconds == .seconds(4))
        #expect(Duration.zero.roundedUpToSeconds == .zero)
        #expect(Duration.milliseconds(-1500).roundedUpToSeconds == .seconds(-1))
        #expect(Duration.milliseconds(-500).roundedUpToSeconds == .zero)
        let longest = Duration(secondsComponent: .max, attosecondsComponent: 1)
        #expect(longest.roundedUpToSeconds > longest)
    }
}
