// SPDX-License-Identifier: Apache-2.0

/// The times of a pool of decoders. Tests use shorter ones.
package struct DecoderTimes: Sendable {
    /// The maximum time from the start of a decoder to its first message.
    package var start = Duration.seconds(5)
    /// The time after the deadline of a picture at which its decoder is killed. The decoder itself ends at the deadline
    /// with an error, unless it does not come to check it.
    package var grace = Duration.milliseconds(500)
    /// The time in which a decoder exits when its channel is closed. It is killed afterwards.
    package var exit = Duration.seconds(1)
    /// The time without a picture after which a decoder with much shared memory is replaced.
    package var idle = Duration.seconds(1)
    /// The pause after the first failed start. It doubles with each failure.
    package var firstPause = Duration.milliseconds(100)
    /// The longest pause after a failed start.
    package var longestPause = Duration.seconds(10)

    package init() {}
}
