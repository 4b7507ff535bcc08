// SPDX-License-Identifier: Apache-2.0

import AWS
import Support

/// A clock whose sleeps take no time: each advances the clock at once and is recorded.
final class VirtualClock: AWSClock {
    private struct State {
        var uptime = Duration.zero
        var wallOffset: Double
        var sleeps: [Duration] = []
    }

    private let state: Locked<State>

    /// Creates a clock that shows the wall-clock time `now`.
    ///
    /// - Parameter now: The wall-clock time at the beginning, in seconds since 1970-01-01T00:00:00Z; the default is
    ///   2023-11-14T22:13:20Z.
    init(now: Double = 1_700_000_000) { state = Locked(State(wallOffset: now)) }

    func now() -> Double { state.withLock { $0.wallOffset + $0.uptime.inSeconds } }
    func uptime() -> Duration { state.withLock { $0.uptime } }

    func sleep(for duration: Duration) async throws(CancellationError) {
        guard !Task.isCancelled else { throw CancellationError() }
        state.withLock {
            $0.sleeps.append(duration)
            $0.uptime += duration
        }
    }

    func advance(_ duration: Duration) { state.withLock { $0.uptime += duration } }

    /// Changes the wall clock and not the uptime.
    func setWall(by seconds: Double) { state.withLock { $0.wallOffset += seconds } }

    /// The sleeps so far that were longer than zero.
    var sleeps: [Duration] { state.withLock { $0.sleeps.filter { $0 > .zero } } }
}
