// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Worker

final class SuspectGateStateTests {
    private var gate = SuspectGateState()
    private let a = id(1)
    private let b = id(2)
    private let c = id(3)

    private static func id(_ number: UInt64) -> LeaseManagerState.ID { LeaseManagerState.ID(number: number) }

    private func enters(_ id: LeaseManagerState.ID, at seconds: Int = 0) -> Bool {
        gate.enter(id, leases: 0, now: .seconds(seconds)) == .proceed
    }

    @Test(arguments: [
        (1, 5, false), (2, 5, false), (3, 5, true), (9, 5, true), (2, 2, true), (1, 1, false), (2, 1, true),
        (2, 0, false), (3, 0, true),
    ])
    func `a message is suspect from its third receive, or from its last one`(
        receives: Int, maxReceives: Int, isSuspect: Bool
    ) {
        #expect(gate.isSuspect("m", receiveCount: receives, maxReceives: maxReceives) == isSuspect)
    }

    @Test func `a message with which the process has come to a result is not suspect`() {
        gate.began(a, isSuspect: true, now: .zero)
        gate.began(b, isSuspect: true, now: .zero)
        gate.ended(a, survivor: "a")
        gate.ended(b, survivor: nil)
        let areSuspect = ["a", "b"].map { gate.isSuspect($0, receiveCount: 3, maxReceives: 5) }
        #expect(areSuspect == [false, true])
    }

    @Test func `other messages do not wait for each other`() {
        gate.began(a, isSuspect: false, now: .zero)
        gate.began(b, isSuspect: false, now: .zero)
        let entered = [enters(a), enters(b)]
        #expect(entered == [true, true] && gate.turn == nil)
    }

    @Test func `a suspect message waits until the others have ended, and others wait for it`() {
        gate.began(a, isSuspect: false, now: .zero)
        gate.began(b, isSuspect: true, now: .zero)
        #expect(gate.enter(b, leases: 2, now: .seconds(7)) == .wait(until: .seconds(67)))
        #expect(enters(a, at: 8), "it is the one for which the other waits")
        gate.ended(a, survivor: nil)
        #expect(enters(b, at: 9) && gate.turn == b)
        gate.began(c, isSuspect: false, now: .zero)
        #expect(gate.enter(c, leases: 2, now: .seconds(10)) == .wait(until: .seconds(69)))
        gate.leave(b)
        #expect(enters(c, at: 11) && gate.turn == nil)
    }

    @Test func `a suspect message waits for a minute at most`() {
        gate.began(a, isSuspect: false, now: .zero)
        gate.began(b, isSuspect: true, now: .zero)
        let entered = [0, 59, 60].map { enters(b, at: $0) }
        #expect(entered == [false, false, true] && gate.turn == b)
    }

    @Test func `suspect messages have their turns one after another, with the uploads between them`() {
        for id in [a, b, c] { gate.began(id, isSuspect: true, now: .zero) }
        #expect(!enters(c) || gate.turn == c)
        gate.leave(c)
        #expect(!enters(b), "the uploads of the third have not ended")
        #expect(!enters(a))
        gate.ended(c, survivor: nil)
        #expect(!enters(b), "the first one waits as well")
        #expect(enters(a))
        gate.ended(a, survivor: nil)
        #expect(enters(b) && gate.turn == b)
    }

    @Test
    func `a suspect message waits until the deletion of others is confirmed, for a minute at most`() {
        gate.began(a, isSuspect: true, now: .zero)
        let steps = [0, 1, 60].map { gate.enter(a, leases: 2, now: .seconds($0)) }
        let pause = Duration.milliseconds(50)
        #expect(steps == [.wait(until: pause), .wait(until: .seconds(1) + pause), .proceed])
        gate.leave(a)
        gate.began(b, isSuspect: true, now: .zero)
        gate.ended(a, survivor: nil)
        #expect(gate.enter(b, leases: 1, now: .seconds(61)) == .proceed)
    }

    @Test func `suspect messages do not wait for a message that waits for a dependency`() {
        gate.began(a, isSuspect: false, now: .zero)
        gate.began(b, isSuspect: true, now: .zero)
        gate.pause(a)
        #expect(enters(b))
        gate.leave(b)
        gate.ended(b, survivor: nil)
        gate.began(c, isSuspect: true, now: .zero)
        gate.pause(c)
        gate.resume(a)
        gate.resume(c)
        #expect(!enters(c))
        gate.pause(a)
        #expect(enters(c))
    }

    @Test func `messages are received one by one after the start and after suspect ones`() {
        var allowances = [gate.allowance(now: .zero).messages]
        func note() { allowances.append(gate.allowance(now: .zero).messages) }
        gate.received(haveSuspects: false)
        note()
        gate.began(a, isSuspect: true, now: .zero)
        gate.received(haveSuspects: true)
        note()
        _ = enters(a)
        note()
        gate.leave(a)
        note()
        gate.pause(a)
        gate.resume(a)
        note()
        _ = enters(a)
        note()
        gate.decodesNothing(a)
        note()
        gate.ended(a, survivor: nil)
        gate.began(b, isSuspect: false, now: .zero)
        gate.received(haveSuspects: false)
        note()
        #expect(allowances == [1, nil, 0, 0, 1, 1, 0, 1, nil])
    }

    @Test func `a suspect message has a turn for each round`() {
        gate.began(a, isSuspect: true, now: .zero)
        #expect(enters(a) && gate.turn == a)
        gate.leave(a)
        #expect(gate.turn == nil && gate.allowance(now: .zero).messages == 1)
        gate.began(b, isSuspect: false, now: .zero)
        #expect(!enters(a), "the other one is at work")
        #expect(gate.allowance(now: .zero).messages == 0)
        gate.ended(b, survivor: nil)
        #expect(enters(a) && gate.turn == a)
    }

    @Test func `a turn that does not end holds others and the receiving for a minute at most`() {
        gate.began(a, isSuspect: true, now: .zero)
        gate.began(b, isSuspect: false, now: .zero)
        gate.pause(b)
        #expect(enters(a, at: 5))
        gate.resume(b)
        #expect(gate.enter(b, leases: 2, now: .seconds(6)) == .wait(until: .seconds(65)))
        let before = gate.allowance(now: .seconds(64))
        #expect(before.messages == 0 && before.nextChange == .seconds(65))
        #expect(gate.allowance(now: .seconds(65)).messages == 1)
        #expect(enters(b, at: 65))
        gate.ended(b, survivor: nil)
        gate.began(c, isSuspect: true, now: .seconds(66))
        #expect(enters(c, at: 66) && gate.turn == c)
        gate.leave(a)
        #expect(gate.turn == c, "the end of the older turn does not end that of the other")
    }

    @Test func `a suspect message that waits stops the receiving for a minute at most`() {
        gate.began(a, isSuspect: true, now: .seconds(10))
        let messages = [10, 69, 70].map { gate.allowance(now: .seconds($0)).messages }
        #expect(messages == [0, 0, 1])
    }

    @Test func `messages are not suspect any more after many turns that the process has survived`() {
        for number in 1...UInt64(SuspectGateState.maximumTurns) {
            let id = Self.id(number)
            #expect(gate.isSuspect("m\(number)", receiveCount: 4, maxReceives: 5))
            gate.began(id, isSuspect: true, now: .zero)
            #expect(enters(id))
            gate.leave(id)
            gate.ended(id, survivor: nil)
        }
        #expect(!gate.isSuspect("m", receiveCount: 4, maxReceives: 5))
    }

    @Test func `four failures are stored before they happen in an hour`() {
        for second in 0..<4 {
            #expect(gate.canStoreEarly(now: .seconds(second)))
            gate.storedEarly(now: .seconds(second))
        }
        let times = [4, 3599, 3600, 3601]
        let can = times.map { gate.canStoreEarly(now: .seconds($0)) }
        #expect(can == [false, false, true, true])
        gate.storedEarly(now: .seconds(3600))
        #expect(!gate.canStoreEarly(now: .seconds(3600)) && gate.canStoreEarly(now: .seconds(3601)))
    }
}
