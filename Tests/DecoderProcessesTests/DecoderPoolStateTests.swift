// SPDX-License-Identifier: Apache-2.0

import Scripted
import Testing

@testable import DecoderProcesses

@Suite struct DecoderPoolStateTests {
    private static let start = ContinuousClock.now

    private static func state(limit: Int) -> DecoderPoolState {
        DecoderPoolState(limit: limit, times: DecoderTimes())
    }

    @Test func `the number of decoders grows with the pictures at the same time up to the limit`() {
        var state = Self.state(limit: 2)
        #expect(state.actions(at: Self.start) == [])
        state.beginWaiting()
        #expect(state.take() == .wait)
        #expect(state.actions(at: Self.start) == [.start(1)])
        state.ready(1, at: Self.start)
        #expect(state.take() == .decoder(1))
        state.endWaiting()
        for _ in 0..<3 { state.beginWaiting() }
        #expect(state.take() == .wait)
        #expect(state.actions(at: Self.start) == [.start(2)])
        #expect(state.actions(at: Self.start) == [])
        #expect(state.readyCount == 1)
    }

    @Test func `a lost decoder is replaced at once`() {
        var state = Self.state(limit: 2)
        state.keep(2)
        #expect(state.actions(at: Self.start) == [.start(1), .start(2)])
        state.ready(1, at: Self.start)
        state.ready(2, at: Self.start)
        state.beginWaiting()
        #expect(state.take() == .decoder(2))
        state.endWaiting()
        state.remove(2, idleEnd: nil, at: Self.start)
        #expect(state.actions(at: Self.start) == [.start(3)])
        #expect(state.failure == nil)
    }

    @Test func `failed starts are repeated after pauses that double up to ten seconds`() {
        var state = Self.state(limit: 1)
        var now = Self.start
        var pauses: [Duration] = []
        state.keep(1)
        for id in 1...10 {
            #expect(state.actions(at: now) == [.start(id)])
            state.startFailed(id, reason: "no", at: now)
            #expect(state.take() == .unavailable("no"))
            let next = state.timer ?? now
            #expect(state.actions(at: next - .milliseconds(1)) == [])
            pauses.append(now.duration(to: next))
            now = next
        }
        #expect(pauses.prefix(3) == [.milliseconds(100), .milliseconds(200), .milliseconds(400)])
        #expect(pauses.last == .seconds(10))
        #expect(state.actions(at: now) == [.start(11)])
        // A decoder that becomes ready ends the failure, and one that answers ends the pauses.
        state.ready(11, at: now)
        #expect(state.failure == nil)
        state.remove(11, idleEnd: "died", at: now)
        #expect(state.timer == now + .seconds(10))
        now += .seconds(10)
        #expect(state.actions(at: now) == [.start(12)])
        state.ready(12, at: now)
        #expect(state.take() == .decoder(12))
        #expect(state.release(12, .small, at: now) == false)
        state.remove(12, idleEnd: "died", at: now)
        #expect(state.failure == nil && state.actions(at: now) == [.start(13)])
    }

    @Test func `decoders that fail together pause once`() {
        var state = Self.state(limit: 8)
        state.keep(8)
        let ids = state.actions(at: Self.start).count
        for id in 1...ids { state.startFailed(id, reason: "no", at: Self.start) }
        #expect(state.timer == Self.start + .milliseconds(100))
        // One decoder shows whether others can be started.
        #expect(state.actions(at: Self.start + .milliseconds(100)) == [.start(9)])
        state.ready(9, at: Self.start)
        #expect(state.actions(at: Self.start + .milliseconds(100)).count == 7)
    }

    @Test func `a decoder that is not ready in time is given up`() {
        var state = Self.state(limit: 1)
        state.keep(1)
        #expect(state.actions(at: Self.start) == [.start(1)])
        #expect(state.timer == Self.start + .seconds(5))
        #expect(state.actions(at: Self.start + .seconds(5)) == [.giveUp(1)])
        #expect(state.failure != nil && state.readyCount == 0)
    }

    @Test func `pictures wait for busy decoders while no other can be started`() {
        var state = Self.state(limit: 2)
        state.keep(2)
        _ = state.actions(at: Self.start)
        state.ready(1, at: Self.start)
        state.startFailed(2, reason: "no", at: Self.start)
        #expect(state.take() == .decoder(1))
        #expect(state.take() == .wait)
    }

    @Test func `a decoder with much memory is replaced after a second without a picture`() {
        var state = Self.state(limit: 1)
        state.keep(1)
        _ = state.actions(at: Self.start)
        state.ready(1, at: Self.start)
        #expect(state.take() == .decoder(1))
        #expect(state.release(1, .large, at: Self.start) == true)
        #expect(state.timer == Self.start + .seconds(1))
        #expect(state.actions(at: Self.start + .milliseconds(999)) == [])
        #expect(state.actions(at: Self.start + .seconds(1)) == [.end(1), .start(2)])
    }

    @Test func `a decoder with outgrown memory is replaced at once, also while pictures wait`() {
        var state = Self.state(limit: 1)
        state.keep(1)
        _ = state.actions(at: Self.start)
        state.ready(1, at: Self.start)
        #expect(state.take() == .decoder(1))
        #expect(state.release(1, .outgrown, at: Self.start) == true)
        #expect(state.take() == .wait)
        #expect(state.actions(at: Self.start) == [.end(1), .start(2)])
    }

    @Test func `decoders of other options, surplus decoders and gone decoders end when they are idle`() {
        var state = Self.state(limit: 3)
        state.keep(3)
        _ = state.actions(at: Self.start)
        for id in 1...3 { state.ready(id, at: Self.start) }
        #expect(state.take() == .decoder(3))
        state.resize(limit: 2)
        #expect(state.actions(at: Self.start) == [.end(1)])
        state.replaceAll()
        #expect(state.take() == .wait)
        #expect(state.actions(at: Self.start) == [.end(2), .start(4)])
        #expect(state.take() == .wait)
        #expect(state.release(3, .small, at: Self.start) == true)
        #expect(state.actions(at: Self.start) == [.end(3), .start(5)])
        state.ready(4, at: Self.start)
        #expect(state.take() == .decoder(4))
        state.markGone(4)
        #expect(state.release(4, .small, at: Self.start) == true)
        #expect(state.actions(at: Self.start) == [.end(4), .start(6)])
    }

    @Test func `the channel of a busy decoder that has ended needs no further attention`() {
        var state = Self.state(limit: 1)
        state.keep(1)
        #expect(state.actions(at: Self.start) == [.start(1)])
        state.ready(1, at: Self.start)
        #expect(!state.isGone(1))
        #expect(state.take() == .decoder(1))
        state.markGone(1)
        #expect(state.isGone(1))
        state.remove(1, idleEnd: nil, at: Self.start)
        #expect(state.isGone(1))
    }

    @Test func `a stopped pool ends its decoders and starts none`() {
        var state = Self.state(limit: 3)
        state.keep(3)
        _ = state.actions(at: Self.start)
        state.ready(1, at: Self.start)
        state.ready(2, at: Self.start)
        #expect(state.take() == .decoder(2))
        state.stop()
        #expect(state.actions(at: Self.start) == [.end(1), .end(3)])
        #expect(!state.isFinished)
        #expect(state.take() == .unavailable("the decoders are stopped"))
        #expect(state.release(2, .small, at: Self.start) == true)
        #expect(state.actions(at: Self.start) == [.end(2)])
        #expect(state.isFinished && state.timer == nil)
    }

    /// Random events keep the number of decoders within the limit, and a decoder has one picture at most.
    @Test func `random events never exceed the limit nor share a decoder`() {
        var random = SplitMix(seed: 5)
        for _ in 0..<200 {
            var limit = Int.random(in: 1...4, using: &random)
            var state = Self.state(limit: limit)
            var now = Self.start
            var (starting, idle, busy): (Set<Int>, Set<Int>, Set<Int>) = ([], [], [])
            for _ in 0..<300 {
                now += .milliseconds(.random(in: 0...300, using: &random))
                switch Int.random(in: 0..<10, using: &random) {
                case 0...3:
                    state.beginWaiting()
                    if case .decoder(let id) = state.take() {
                        #expect(idle.contains(id))
                        idle.remove(id)
                        busy.insert(id)
                    }
                    state.endWaiting()
                case 4...5:
                    guard let id = busy.randomElement(using: &random) else { continue }
                    busy.remove(id)
                    if Bool.random(using: &random) {
                        _ = state.release(
                            id, [.small, .large, .outgrown].randomElement(using: &random) ?? .small, at: now)
                        idle.insert(id)
                    } else {
                        state.remove(id, idleEnd: Bool.random(using: &random) ? "x" : nil, at: now)
                    }
                case 6...7:
                    guard let id = starting.randomElement(using: &random) else { continue }
                    starting.remove(id)
                    if Bool.random(using: &random) {
                        state.ready(id, at: now)
                        idle.insert(id)
                    } else {
                        state.startFailed(id, reason: "x", at: now)
                    }
                case 8: state.replaceAll()
                default:
                    limit = Int.random(in: 1...4, using: &random)
                    state.resize(limit: limit)
                }
                for action in state.actions(at: now) {
                    switch action {
                    case .start(let id):
                        #expect(!starting.contains(id))
                        starting.insert(id)
                    case .end(let id):
                        let removed = starting.remove(id) ?? idle.remove(id)
                        #expect(removed == id)
                    case .giveUp(let id):
                        #expect(starting.contains(id))
                        starting.remove(id)
                    }
                }
                #expect(state.readyCount == idle.count + busy.count)
                // Only busy decoders may exceed a limit that was lowered.
                #expect(starting.count + idle.count + busy.count <= max(limit, busy.count + starting.count))
            }
        }
    }
}
