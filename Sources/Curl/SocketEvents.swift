// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc

/// What the loop sleeps on: the sockets of its transfers, and a bell for those who bring a command.
///
/// epoll(7) and eventfd(2): what a turn costs depends on the sockets that can move, not on those that wait.
final class SocketEvents: Sendable {
    /// `epoll_wait`, unless a test wants to see the loop die: the number of events, or -1 and `errno`.
    typealias WaitCall =
        @Sendable (
            _ epoll: Int32, _ events: UnsafeMutablePointer<epoll_event>?, _ count: Int32,
            _ milliseconds: Int32
        ) -> Int32

    private let epoll: Int32
    private let bell: Int32

    init() throws(CurlError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard epoll >= 0, bell >= 0, watch(bell, for: EPOLLIN.rawValue, isKnown: false) else {
            let number = errno
            close(epoll)
            close(bell)
            throw CurlError(.resources, "epoll: \(String(cString: strerror(number)))")
        }
    }

    deinit {
        close(epoll)
        close(bell)
    }

    /// Ends the wait that is under way, or else the next one. From any thread.
    func ring() { eventfd_write(bell, 1) }

    /// From now on `socket` ends a wait when it has one of the epoll `events`, and for no other ones.
    @discardableResult
    func watch(_ socket: Int32, for events: UInt32, isKnown: Bool) -> Bool {
        var event = epoll_event()
        event.events = events
        event.data.fd = socket
        let likely = isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
        if epoll_ctl(epoll, likely, socket, &event) == 0 { return true }
        // The number may be another connection's by now.
        return epoll_ctl(epoll, isKnown ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event) == 0
    }

    func forget(_ socket: Int32) {
        // A socket that is closed has left by itself.
        epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nil)
    }

    /// Waits until a socket can move, the bell rings, or `milliseconds` have passed. Fills `room` from its
    /// start and returns how many sockets there are.
    ///
    /// - Throws: the number of the error.
    func wait(
        _ room: inout [epoll_event], milliseconds: Int32, _ call: WaitCall
    ) throws(WaitFailure) -> Int {
        let count = room.withUnsafeMutableBufferPointer { room in
            call(epoll, room.baseAddress, Int32(room.count), milliseconds)
        }
        guard count >= 0 else {
            guard errno == EINTR else { throw WaitFailure(number: errno) }
            return 0
        }
        guard let rung = room[..<Int(count)].firstIndex(where: { $0.data.fd == bell }) else {
            return Int(count)
        }
        var rings: eventfd_t = 0
        eventfd_read(bell, &rings)
        room.swapAt(rung, Int(count) - 1)
        return Int(count) - 1
    }
}

/// The wait itself failed.
struct WaitFailure: Error {
    let number: Int32
}
