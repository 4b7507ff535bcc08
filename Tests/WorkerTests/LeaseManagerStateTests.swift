// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Worker

@Suite struct LeaseBookTests {
    private func book(_ count: Int) -> (LeaseManagerState, [LeaseManagerState.ID]) {
        var book = LeaseManagerState(visibility: .seconds(60))
        for index in 0..<count {
            _ = book.register(messageID: "m\(index)", handle: "h\(index)", requestedAt: .zero)
        }
        return (book, book.ids)
    }

    @Test func `extensions are due at half of the visibility and go ten to a call`() {
        var (book, _) = book(23)
        let early = book.next(now: .seconds(10))
        #expect(early.calls.isEmpty && early.wake == .seconds(30))
        #expect(book.next(now: .seconds(30)).calls.map(\.entries.count) == [10, 10, 3])
        #expect(book.next(now: .seconds(31)).calls.isEmpty, "one call at a time about a handle")
    }

    @Test func `an unanswered lease is lost at its expiry`() {
        var (book, ids) = book(1)
        let call = book.next(now: .seconds(30)).calls[0]
        book.failed(call, now: .seconds(35))
        #expect(book.next(now: .seconds(60)).endings == [.lost(ids[0], .expired)])
        #expect(book.count == 0)
    }

    @Test func `a refused delete is repeated, a refused handle is given up`() {
        var (book, ids) = book(2)
        for id in ids { book.settle(id, .delete, now: .zero) }
        let call = book.next(now: .seconds(1)).calls[0]
        let endings = book.answered(
            call,
            refusals: [
                Refusal(index: 0, code: "InternalError", isLoss: false),
                Refusal(index: 1, code: "ReceiptHandleIsInvalid", isLoss: true),
            ], sent: .seconds(1), now: .seconds(1))
        #expect(endings == [.settleFailed(ids[1], .delete, code: "ReceiptHandleIsInvalid")])
        #expect(book.next(now: .seconds(2)).calls.map(\.entries.count) == [1])
    }

    @Test func `of two ends the first counts`() {
        var (book, ids) = book(1)
        book.settle(ids[0], .delete, now: .zero)
        book.settle(ids[0], .release(.seconds(5)), now: .zero)
        #expect(book.next(now: .seconds(1)).calls.first?.entries.map(\.intent) == [.delete])
    }

    @Test func `a release waits for the extension under way, so it has the last word`() {
        var (book, ids) = book(1)
        let extending = book.next(now: .seconds(30)).calls[0]
        book.settle(ids[0], .release(.seconds(5)), now: .seconds(30))
        #expect(book.next(now: .seconds(31)).calls.isEmpty)
        _ = book.answered(extending, refusals: [], sent: .seconds(30), now: .seconds(32))
        let calls = book.next(now: .seconds(32)).calls
        #expect(calls.first?.entries.first?.intent == .release(.seconds(5)))
    }

    @Test func `a message received again gives its new handle to the job that is there`() {
        var (book, ids) = book(1)
        book.settle(ids[0], .delete, now: .zero)
        let call = book.next(now: .seconds(1)).calls[0]
        #expect(book.register(messageID: "m0", handle: "new", requestedAt: .seconds(1)) == .adopted(ids[0]))
        #expect(book.answered(call, refusals: [], sent: .seconds(1), now: .seconds(2)).isEmpty)
        #expect(book.next(now: .seconds(2)).calls.first?.entries.first?.handle == "new")
    }

    @Test func `no release asks for more than what is left of twelve hours`() {
        var (book, ids) = book(1)
        book.settle(ids[0], .release(.seconds(43_200)), now: .seconds(50))
        let calls = book.next(now: .seconds(51)).calls
        #expect(calls.first?.entries.first?.intent == .release(LeaseManagerState.cap - .seconds(51)))
    }

    @Test func `no extension goes beyond twelve hours`() {
        var book = LeaseManagerState(visibility: .seconds(43_200))
        _ = book.register(messageID: "m", handle: "h", requestedAt: .zero)
        let call = book.next(now: .seconds(21_600)).calls.first
        #expect(call == nil, "nothing can be gained: the first visibility reaches the cap")
        #expect(book.next(now: .seconds(43_200)).endings.count == 1)
    }
}
