// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Systemd

struct NotifierStateTests {
    /// Returns the datagrams that `state` sends.
    private func sent(_ state: inout NotifierState, limit: Int = .max) -> [String] {
        var out: [String] = []
        _ = state.deliver { text in
            guard out.count < limit else { return false }
            out.append(text)
            return true
        }
        return out
    }

    @Test func `a notification replaces an earlier one of the same kind`() {
        var state = NotifierState()
        state.add([.status("starting")])
        state.add([.ready, .status("polling")])
        state.add([.extendTimeout(.seconds(1))])
        state.add([.status("draining")])
        state.add([.stopping])
        state.add([.extendTimeout(.seconds(2))])
        #expect(sent(&state) == ["READY=1", "STATUS=draining", "STOPPING=1", "EXTEND_TIMEOUT_USEC=2000000"])
        #expect(sent(&state) == [])
    }

    @Test func `notifications that could not be sent are kept in their order`() {
        var state = NotifierState()
        state.add([.ready, .status("polling")])
        state.add([.stopping])
        #expect(sent(&state, limit: 0) == [])
        #expect(sent(&state, limit: 1) == ["READY=1\nSTATUS=polling"])
        #expect(sent(&state) == ["STOPPING=1"])
    }

    @Test func `a keep-alive ping that could not be sent is not sent later`() {
        var state = NotifierState()
        state.add([.keepAlive])
        #expect(sent(&state, limit: 0) == [])
        #expect(sent(&state) == [])
    }

    @Test func `the number of kept notifications has a bound`() {
        var state = NotifierState()
        for number in 0..<1000 {
            state.add([.reloading(monotonicMicroseconds: UInt64(number))])
            state.add([.ready, .status("\(number)")])
            state.add([.keepAlive])
            state.add([.errno(Int32(number))])
        }
        #expect(state.datagrams.joined().count == 5)
    }
}
