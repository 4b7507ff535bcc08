// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc

/// The events that the event loop waits for: those of the sockets of its transfers, and that of an eventfd(2) by which
/// other threads wake the loop.
///
/// The wait uses epoll(7), whose cost depends on the number of ready sockets. The cost of poll(2), which
/// `curl_multi_poll` uses, depends on the number of all sockets.
final class SocketEvents: Sendable {
    /// The type of `epoll_wait` and of its replacement in tests. The function returns the number of events, or it
    /// returns -1 and sets `errno`.
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

    /// Makes the descriptors of epoll(7) and eventfd(2). Throws `CurlError` of kind `.resources` when the process has
    /// no file descriptor left.
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

    /// Ends the current wait, or the next wait when there is none. Any thread can call this function.
    func wake() { eventfd_write(wakeup, 1) }

    /// Sets the epoll events that are watched on `socket`.
    ///
    /// - Parameter isKnown: true when libcurl has requested events of the socket before. Then `EPOLL_CTL_MOD` is tried
    ///   first, and `EPOLL_CTL_ADD` when that fails; for false the order is reversed. The first operation fails when
    ///   the descriptor was closed and its number reused.
    /// - Returns: false when epoll_ctl(2) fails for the socket.
    @discardableResult
    func watch(_ socket: Int32, for events: UInt32, isKnown: Bool) -> Bool {
        var event = epoll_event()
        event.events = events
        event.data.fd = socket
        let likely = isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
        if epoll_ctl(epoll, likely, socket, &event) == 0 { return true }
        return epoll_ctl(epoll, isKnown ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event) == 0
    }

    /// Stops watching `socket`. The error for a closed socket, which the kernel has removed from epoll, is ignored.
    func unwatch(_ socket: Int32) {
        epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nil)
    }

    /// Waits until a socket is ready, `wake` is called, or `milliseconds` have passed.
    ///
    /// - Parameter buffer: the buffer that the events of sockets are written to.
    /// - Returns: the number of events in `buffer`, which is 0 after a signal (EINTR).
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
