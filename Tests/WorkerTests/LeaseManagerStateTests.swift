// SPDX-License-Identifier: Apache-2.0

import AWS
import Testing

@testable import Worker

@Suite("The pure state machine of the leases")
struct LeaseManagerStateTests {
    /// Leases of `count` messages received at time zero with a visibility timeout of 60 seconds.
    private func leases(_ count: Int) -> (LeaseManagerState, [LeaseManagerState.ID]) {
        var leases = LeaseManagerState(visibility: .seconds(60))
        let ids = (0..<count).compactMap { index -> LeaseManagerState.ID? in
            let registration = leases.register(
                messageID: "m\(index)", handle: "h\(index)", requestedAt: .zero)
            guard case .new(let id) = registration else { return nil }
            return id
        }
        return (leases, ids)
    }

    @Test func `heartbeats are due at half of the visibility timeout, ten to a call`() {
        var (leases, _) = leases(23)
        let early = leases.next(now: .seconds(10))
        #expect(early.calls.isEmpty && early.nextCheck == .seconds(30))
        #expect(leases.next(now: .seconds(30)).calls.map(\.entries.count) == [10, 10, 3])
        #expect(leases.next(now: .seconds(31)).calls.isEmpty, "one call at a time about a handle")
    }

    @Test func `a lease whose heartbeat fails is lost at its expiry`() {
        var (leases, ids) = leases(1)
        let call = leases.next(now: .seconds(30)).calls[0]
        leases.failed(call, now: .seconds(35))
        #expect(leases.next(now: .seconds(60)).ended == [.lost(ids[0], .expired)])
        #expect(leases.count == 0)
    }

    @Test func `a refused delete is repeated unless its receipt handle is invalid`() {
        var (leases, ids) = leases(2)
        for id in ids { leases.settle(id, .delete, now: .zero) }
        let call = leases.next(now: .seconds(1)).calls[0]
        let ended = leases.answered(
            call,
            refusals: [
                BatchFailure(index: 0, code: "InternalError", message: "", isSenderFault: false),
                BatchFailure(
                    index: 1, code: "ReceiptHandleIsInvalid", message: "", isSenderFault: true),
            ], sent: .seconds(1), now: .seconds(1))
        #expect(ended == [.settleFailed(ids[1], .delete, code: "ReceiptHandleIsInvalid")])
        #expect(leases.next(now: .seconds(2)).calls.map(\.entries.count) == [1])
    }

    private static let notInFlight = [
        BatchFailure(index: 0, code: "MessageNotInflight", message: "", isSenderFault: true)
    ]

    @Test func `a delete is still sent once when the heartbeat before it is refused`() throws {
        var (leases, ids) = leases(2)
        let heartbeat = leases.next(now: .seconds(30)).calls[0]
        for id in ids { leases.settle(id, .delete, now: .seconds(31)) }
        let refusals =
            Self.notInFlight + [
                BatchFailure(index: 1, code: "MessageNotInflight", message: "", isSenderFault: true)
            ]
        #expect(
            leases.answered(heartbeat, refusals: refusals, sent: .seconds(30), now: .seconds(32)).isEmpty)
        // The time of this check was read before the response.
        let step = leases.next(now: .seconds(31))
        #expect(step.ended.isEmpty)
        #expect(step.calls.map { $0.entries.map(\.intent) } == [[.delete, .delete]])
        let server = BatchFailure(index: 1, code: "InternalError", message: "", isSenderFault: false)
        let ended = leases.answered(
            try #require(step.calls.first), refusals: [server], sent: .seconds(31), now: .seconds(33))
        #expect(ended == [.settled(ids[0], .delete)])
        let last = leases.next(now: .seconds(33))
        #expect(last.ended == [.settleFailed(ids[1], .delete, code: "expired")])
        #expect(last.calls.isEmpty)
        #expect(leases.count == 0)
    }

    @Test func `a refused heartbeat ends a lease whose delete has failed before`() throws {
        var (leases, ids) = leases(1)
        leases.settle(ids[0], .delete, now: .seconds(29))
        leases.failed(try #require(leases.next(now: .seconds(29.5)).calls.first), now: .seconds(29.9))
        let heartbeat = try #require(leases.next(now: .seconds(30)).calls.first)
        #expect(heartbeat.entries.map(\.intent) == [.extend(.seconds(60))])
        let ended = leases.answered(
            heartbeat, refusals: Self.notInFlight, sent: .seconds(30), now: .seconds(30.1))
        #expect(ended == [.settleFailed(ids[0], .delete, code: "MessageNotInflight")])
        #expect(leases.next(now: .seconds(60)).calls.isEmpty)
    }

    @Test func `a refused heartbeat ends a lease whose release waits`() {
        var (leases, ids) = leases(1)
        let heartbeat = leases.next(now: .seconds(30)).calls[0]
        leases.settle(ids[0], .release(.seconds(5)), now: .seconds(31))
        let ended = leases.answered(
            heartbeat, refusals: Self.notInFlight, sent: .seconds(30), now: .seconds(32))
        #expect(ended == [.settleFailed(ids[0], .release(.seconds(5)), code: "MessageNotInflight")])
        #expect(leases.next(now: .seconds(32)).calls.isEmpty)
    }

    @Test func `the first of two settlements counts`() {
        var (leases, ids) = leases(1)
        leases.settle(ids[0], .delete, now: .zero)
        leases.settle(ids[0], .release(.seconds(5)), now: .zero)
        #expect(leases.next(now: .seconds(1)).calls.first?.entries.map(\.intent) == [.delete])
    }

    @Test func `a release waits for the end of the poll that is outstanding at the drain`() {
        var (leases, ids) = leases(2)
        leases.deferReleases(until: .seconds(20))
        leases.settle(ids[0], .release(.zero), now: .seconds(1))
        leases.settle(ids[1], .delete, now: .seconds(1))
        #expect(leases.next(now: .seconds(2)).calls.map { $0.entries.map(\.intent) } == [[.delete]])
        leases.flushReleases(pollWasCancelled: false, now: .seconds(3))
        #expect(leases.next(now: .seconds(4)).calls.map { $0.entries.map(\.intent) } == [[.release(.zero)]])
    }

    @Test
    func `a message released after a cancelled poll becomes visible after the end of that poll`() {
        var (leases, ids) = leases(2)
        leases.deferReleases(until: .seconds(20))
        leases.settle(ids[0], .release(.zero), now: .seconds(1))
        leases.flushReleases(pollWasCancelled: true, now: .milliseconds(2_500))
        leases.settle(ids[1], .release(.seconds(60)), now: .seconds(3))
        let intents = leases.next(now: .seconds(4)).calls.flatMap { $0.entries.map(\.intent) }
        #expect(intents == [.release(.seconds(18)), .release(.seconds(60))])
    }

    @Test func `a release waits for the heartbeat in progress, which would undo it`() {
        var (leases, ids) = leases(1)
        let heartbeat = leases.next(now: .seconds(30)).calls[0]
        leases.settle(ids[0], .release(.seconds(5)), now: .seconds(30))
        #expect(leases.next(now: .seconds(31)).calls.isEmpty)
        _ = leases.answered(heartbeat, refusals: [], sent: .seconds(30), now: .seconds(32))
        let calls = leases.next(now: .seconds(32)).calls
        #expect(calls.first?.entries.first?.intent == .release(.seconds(5)))
    }

    @Test func `a message received again passes its new receipt handle to the existing lease`() {
        var (leases, ids) = leases(1)
        leases.settle(ids[0], .delete, now: .zero)
        let call = leases.next(now: .seconds(1)).calls[0]
        #expect(!leases.wasReceivedAgain(ids[0]))
        let registration = leases.register(messageID: "m0", handle: "new", requestedAt: .seconds(1))
        #expect(registration == .adopted(ids[0]))
        #expect(leases.wasReceivedAgain(ids[0]))
        #expect(leases.answered(call, refusals: [], sent: .seconds(1), now: .seconds(2)).isEmpty)
        #expect(leases.next(now: .seconds(2)).calls.first?.entries.first?.handle == "new")
    }

    @Test func `a lease that has ended counts as redelivered`() {
        var (leases, ids) = leases(1)
        #expect(leases.next(now: .seconds(60)).ended.count == 1)
        #expect(leases.wasReceivedAgain(ids[0]))
    }

    @Test func `a release is limited to the rest of the twelve hours`() {
        var (leases, ids) = leases(1)
        leases.settle(ids[0], .release(.seconds(43_200)), now: .seconds(50))
        let calls = leases.next(now: .seconds(51)).calls
        let rest = LeaseManagerState.inFlightLimit - .seconds(51)
        #expect(calls.first?.entries.first?.intent == .release(rest))
    }

    @Test func `a heartbeat is not sent when it cannot extend the lease beyond twelve hours`() {
        var leases = LeaseManagerState(visibility: .seconds(43_200))
        _ = leases.register(messageID: "m", handle: "h", requestedAt: .zero)
        #expect(leases.next(now: .seconds(21_600)).calls.isEmpty)
        #expect(leases.next(now: .seconds(43_200)).ended.count == 1)
    }

    @Test func `the lease is extended first when too little of it is left for a write`() {
        var (leases, ids) = leases(1)
        #expect(leases.ensureValid(ids[0], now: .seconds(50)) == .valid)
        let heartbeat = leases.next(now: .seconds(45)).calls[0]
        #expect(leases.ensureValid(ids[0], now: .seconds(51)) == .extending)
        _ = leases.answered(heartbeat, refusals: [], sent: .seconds(45), now: .seconds(52))
        #expect(leases.ensureValid(ids[0], now: .seconds(52)) == .valid)
    }
}
