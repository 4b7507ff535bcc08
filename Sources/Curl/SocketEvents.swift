// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc

/// The events that the loop waits for: the sockets of its transfers, and an eventfd(2) with which other threads wake
/// it.
///
/// The wait uses epoll(7), whose cost depends on the number of ready sockets; poll(2), and with it `curl_multi_poll`,
/// depends on the number of all sockets.
final class SocketEvents: Sendable {
    /// `epoll_wait`, or a replacement for tests: returns the number of events, or -1 and sets `errno`.
    typealias WaitCall =
        @Sendable (
            _ epoll: Int32, _ events: UnsafeMutablePointer<epoll_event>?, _ count: Int32,
            _ milliseconds: Int32
        ) -> Int32

    /// A failure of `epoll_wait`.
    struct Failure: Error {
        let errno: Int32
    }

    private let epoll: Int32
    private let wakeup: Int32

    /// Throws `CurlError` of kind `.resources` when the process has no descriptor left.
    init() throws(CurlError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wakeup = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard epoll >= 0, wakeup >= 0, watch(wakeup, for: EPOLLIN.rawValue, isKnown: false) else {
            let code = errno
            close(epoll)
            close(wakeup)
            throw CurlError(.resources, "epoll: \(String(cString: strerror(code)))")
        }
    }

    deinit {
        close(epoll)
        close(wakeup)
    }

    /// Ends the wait that is under way, or the next one when there is none. It may be called on any thread.
    func wake() { eventfd_write(wakeup, 1) }

    /// Replaces the epoll events for which `socket` is watched.
    ///
    /// - Parameter isKnown: true when libcurl has the socket watched already. The other epoll operation is tried when
    ///   this is not true for epoll, because the descriptor was closed and its number reused.
    /// - Returns: False when epoll does not take the socket.
    @discardableResult
    func watch(_ socket: Int32, for events: UInt32, isKnown: Bool) -> Bool {
        var event = epoll_event()
        event.events = events
        event.data.fd = socket
        let likely = isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
        if epoll_ctl(epoll, likely, socket, &event) == 0 { return true }
        return epoll_ctl(epoll, isKnown ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event) == 0
    }

    /// Stops watching `socket`. The error for a closed socket, which epoll has removed itself, is ignored.
    func unwatch(_ socket: Int32) {
        epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nil)
    }

    /// Waits until a socket is ready, `wake` is called, or `milliseconds` have passed.
    ///
    /// - Parameter buffer: takes the events of the sockets, from its start.
    /// - Returns: The number of these events. It is 0 after a signal (EINTR).
    func wait(
        _ buffer: inout [epoll_event], milliseconds: Int32, _ call: WaitCall
    ) throws(Failure) -> Int {
        let count = buffer.withUnsafeMutableBufferPointer { buffer in
            call(epoll, buffer.baseAddress, Int32(buffer.count), milliseconds)
        }
        guard count >= 0 else {
            guard errno == EINTR else { throw Failure(errno: errno) }
            return 0
        }
        guard let index = buffer[..<Int(count)].firstIndex(where: { $0.data.fd == wakeup }) else {
            return Int(count)
        }
        var wakes: eventfd_t = 0
        eventfd_read(wakeup, &wakes)
        buffer.swapAt(index, Int(count) - 1)
        return Int(count) - 1
    }
}
