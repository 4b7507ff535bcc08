// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@testable import Curl

/// On a clock of the tests' own: no test here waits.
struct `The clock of a transfer` {
    private let start = ContinuousClock.now

    private func limits(bytesPerSecond: Int = 0) -> Request.Limits {
        Request.Limits(
            firstByte: .seconds(10), total: .seconds(60), bytesPerSecond: bytesPerSecond, stall: .seconds(8))
    }

    private func progress(
        _ phase: TransportError.Phase, sentAfter seconds: Int? = nil, moved: Int = 0
    ) -> CurlTransferState.Progress {
        CurlTransferState.Progress(
            phase: phase, sentAt: seconds.map { start + .seconds($0) }, moved: moved)
    }

    private func isLate(_ verdict: CurlTransferState.Verdict) -> Bool {
        if case .late = verdict { true } else { false }
    }

    @Test(arguments: [TransportError.Phase.queued, .connecting, .sending, .waiting, .receiving])
    func `the total limit ends every phase`(phase: TransportError.Phase) {
        var watch = CurlTransferState(limits(), begin: start)
        #expect(!isLate(watch.look(at: progress(phase), now: start + .milliseconds(59_999))))
        #expect(isLate(watch.look(at: progress(phase), now: start + .seconds(60))))
    }

    @Test func `the first byte counts from the request's last`() {
        var watch = CurlTransferState(limits(), begin: start)
        let seen = progress(.waiting, sentAfter: 5)
        #expect(watch.look(at: seen, now: start + .seconds(6)) == .inTime(lookAgainAt: start + .seconds(15)))
        #expect(isLate(watch.look(at: seen, now: start + .seconds(15))))
    }

    @Test func `the next look is never too late for a first byte that is not yet awaited`() {
        var watch = CurlTransferState(limits(), begin: start)
        #expect(
            watch.look(at: progress(.connecting), now: start + .seconds(3))
                == .inTime(lookAgainAt: start + .seconds(13)))
        #expect(
            watch.look(at: progress(.receiving), now: start + .seconds(55))
                == .inTime(lookAgainAt: start + .seconds(60)))
    }

    @Test func `the first look comes before any limit can pass`() {
        #expect(
            CurlTransferState(limits(), begin: start).firstLook(now: start + .seconds(3)) == start
                + .seconds(13))
        #expect(
            CurlTransferState(limits(), begin: start).firstLook(now: start + .seconds(55)) == start
                + .seconds(60)
        )
        let paced = CurlTransferState(limits(bytesPerSecond: 1), begin: start)
        #expect(paced.firstLook(now: start) == start + .seconds(2))
    }

    @Test func `a limit of zero does not make the loop spin`() {
        var limits = limits()
        limits.firstByte = .zero
        var watch = CurlTransferState(limits, begin: start)
        #expect(
            watch.look(at: progress(.connecting), now: start)
                == .inTime(lookAgainAt: start + .milliseconds(1)))
    }

    @Test(arguments: [TransportError.Phase.sending, .receiving])
    func `a line that stays too slow is given up`(phase: TransportError.Phase) {
        var watch = CurlTransferState(limits(bytesPerSecond: 100), begin: start)
        for second in stride(from: 0, to: 8, by: 2) {
            let seen = progress(phase, moved: second * 99)
            #expect(!isLate(watch.look(at: seen, now: start + .seconds(second))))
        }
        #expect(isLate(watch.look(at: progress(phase, moved: 8 * 99), now: start + .seconds(8))))
    }

    @Test func `a line that is fast now and then is kept`() {
        var watch = CurlTransferState(limits(bytesPerSecond: 100), begin: start)
        for second in stride(from: 0, to: 60, by: 2) {
            let seen = progress(.receiving, moved: second / 6 * 200)
            #expect(!isLate(watch.look(at: seen, now: start + .seconds(second))))
        }
    }

    @Test func `a server that thinks is not slow`() {
        var watch = CurlTransferState(limits(bytesPerSecond: 100), begin: start)
        for second in stride(from: 0, to: 10, by: 1) {
            let seen = progress(.waiting, sentAfter: 0)
            #expect(!isLate(watch.look(at: seen, now: start + .seconds(second))))
        }
        #expect(!isLate(watch.look(at: progress(.receiving, moved: 1), now: start + .seconds(10))))
        #expect(!isLate(watch.look(at: progress(.receiving, moved: 1), now: start + .seconds(17))))
        #expect(isLate(watch.look(at: progress(.receiving, moved: 1), now: start + .seconds(20))))
    }
}
