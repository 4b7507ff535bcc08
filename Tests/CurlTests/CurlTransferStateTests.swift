// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

@testable import Curl

/// The tests choose every time themselves, so none of them waits.
struct CurlTransferStateTests {
    private let start = ContinuousClock.now

    private func limits(bytesPerSecond: Int = 0) -> Request.Limits {
        Request.Limits(
            firstByte: .seconds(10), total: .seconds(60), bytesPerSecond: bytesPerSecond, stall: .seconds(8))
    }

    private func progress(
        _ phase: TransportError.Phase, sentAfter seconds: Int? = nil, bytes: Int = 0
    ) -> CurlTransferState.Progress {
        CurlTransferState.Progress(
            phase: phase, sentAt: seconds.map { start + .seconds($0) }, bytes: bytes)
    }

    private func hasTimedOut(_ decision: CurlTransferState.Decision) -> Bool {
        if case .timedOut = decision { true } else { false }
    }

    @Test(arguments: [TransportError.Phase.queued, .connecting, .sending, .waiting, .receiving])
    func `the total limit ends every phase`(phase: TransportError.Phase) {
        var state = CurlTransferState(limits(), begin: start)
        #expect(!hasTimedOut(state.check(progress(phase), now: start + .milliseconds(59_999))))
        #expect(hasTimedOut(state.check(progress(phase), now: start + .seconds(60))))
    }

    @Test func `the limit for the first byte counts from the last byte of the request`() {
        var state = CurlTransferState(limits(), begin: start)
        let seen = progress(.waiting, sentAfter: 5)
        #expect(state.check(seen, now: start + .seconds(6)) == .proceed(nextCheck: start + .seconds(15)))
        #expect(hasTimedOut(state.check(seen, now: start + .seconds(15))))
    }

    @Test func `the next check comes before the limit for a first byte can pass`() {
        var state = CurlTransferState(limits(), begin: start)
        #expect(
            state.check(progress(.connecting), now: start + .seconds(3))
                == .proceed(nextCheck: start + .seconds(13)))
        #expect(
            state.check(progress(.receiving), now: start + .seconds(55))
                == .proceed(nextCheck: start + .seconds(60)))
    }

    @Test func `the first check comes before any limit can pass`() {
        #expect(
            CurlTransferState(limits(), begin: start).firstCheck(now: start + .seconds(3)) == start
                + .seconds(13))
        #expect(
            CurlTransferState(limits(), begin: start).firstCheck(now: start + .seconds(55)) == start
                + .seconds(60)
        )
        let withRate = CurlTransferState(limits(bytesPerSecond: 1), begin: start)
        #expect(withRate.firstCheck(now: start) == start + .seconds(2))
    }

    @Test func `a limit of zero does not make the loop spin`() {
        var limits = limits()
        limits.firstByte = .zero
        var state = CurlTransferState(limits, begin: start)
        #expect(
            state.check(progress(.connecting), now: start)
                == .proceed(nextCheck: start + .milliseconds(1)))
    }

    @Test(arguments: [TransportError.Phase.sending, .receiving])
    func `a transfer that stays below the minimum rate times out`(phase: TransportError.Phase) {
        var state = CurlTransferState(limits(bytesPerSecond: 100), begin: start)
        for second in stride(from: 0, to: 8, by: 2) {
            let seen = progress(phase, bytes: second * 99)
            #expect(!hasTimedOut(state.check(seen, now: start + .seconds(second))))
        }
        #expect(hasTimedOut(state.check(progress(phase, bytes: 8 * 99), now: start + .seconds(8))))
    }

    @Test func `a transfer that reaches the minimum rate now and then goes on`() {
        var state = CurlTransferState(limits(bytesPerSecond: 100), begin: start)
        for second in stride(from: 0, to: 60, by: 2) {
            let seen = progress(.receiving, bytes: second / 6 * 200)
            #expect(!hasTimedOut(state.check(seen, now: start + .seconds(second))))
        }
    }

    @Test func `the time until the response begins does not count as a low rate`() {
        var state = CurlTransferState(limits(bytesPerSecond: 100), begin: start)
        for second in stride(from: 0, to: 10, by: 1) {
            let seen = progress(.waiting, sentAfter: 0)
            #expect(!hasTimedOut(state.check(seen, now: start + .seconds(second))))
        }
        #expect(!hasTimedOut(state.check(progress(.receiving, bytes: 1), now: start + .seconds(10))))
        #expect(!hasTimedOut(state.check(progress(.receiving, bytes: 1), now: start + .seconds(17))))
        #expect(hasTimedOut(state.check(progress(.receiving, bytes: 1), now: start + .seconds(20))))
    }
}
