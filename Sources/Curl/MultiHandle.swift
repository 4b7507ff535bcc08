// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Support

/// A multi handle of libcurl: the transfer engine, the open connections and the resolved names.
///
/// The event-based interface is used: libcurl reports the sockets and the timer that it waits for
/// (`CURLMOPT_SOCKETFUNCTION`, `CURLMOPT_TIMERFUNCTION`), `SocketEvents` waits for them with epoll(7), and
/// `curl_multi_socket_action` works on those that are ready. `curl_multi_poll` and `curl_multi_perform` would be
/// simpler, but the time of each call increases with the number of all transfers, among them many idle long polls.
///
/// The object is used on the px-curl thread only. All easy handles must be removed before the multi handle is freed.
final class MultiHandle {
    let raw: UnsafeMutableRawPointer
    private let events: SocketEvents
    private let waitCall: SocketEvents.WaitCall
    /// The buffer for the events of one wait. The next wait returns further events.
    private var buffer = [epoll_event](repeating: epoll_event(), count: 128)
    /// The number of events at the beginning of `buffer` that have not been passed to libcurl.
    private var ready = 0
    /// The time at which libcurl must be called even if no socket is ready; nil when there is none.
    private(set) var timer: ContinuousClock.Instant?

    /// Makes an object that owns the new multi handle at `address`. The result is nil when the address is zero.
    init?(
        owning address: UInt, _ options: CurlOptions, _ events: SocketEvents,
        wait: @escaping SocketEvents.WaitCall
    ) {
        guard let raw = UnsafeMutableRawPointer(bitPattern: address) else { return nil }
        self.raw = raw
        self.events = events
        waitCall = wait
        // Setting these options cannot fail. `CurlLoopState` limits the transfers; the options limit the
        // connections, idle ones included.
        px_multi_set_long(raw, CURLMOPT_MAXCONNECTS, options.maxConnections)
        px_multi_set_long(raw, CURLMOPT_MAX_TOTAL_CONNECTIONS, options.maxConnections)
        let context = Unmanaged.passUnretained(self).toOpaque()
        px_multi_set_socket(raw, socketCallback, context)
        px_multi_set_timer(raw, timerCallback, context)
    }

    deinit {
        // The cleanup closes connections, which would call back to this object while it is freed.
        px_multi_set_socket(raw, nil, nil)
        px_multi_set_timer(raw, nil, nil)
        curl_multi_cleanup(raw)
    }

    func add(_ easy: EasyHandle) -> CURLMcode { curl_multi_add_handle(raw, easy.raw) }

    func remove(_ easy: EasyHandle) { curl_multi_remove_handle(raw, easy.raw) }

    /// Calls libcurl for the sockets that are ready, and for the timer when it is due. The function does not block.
    func perform() throws(MultiFailure) {
        for index in 0..<ready {
            try act(buffer[index].data.fd, Self.selected(buffer[index].events))
        }
        ready = 0
        guard let timer, timer <= .now else { return }
        self.timer = nil
        try act(CURL_SOCKET_TIMEOUT, 0)
        guard self.timer == nil else { return }
        // The clock of libcurl is coarser: the timer may not be due yet by that clock. libcurl does not call the timer
        // function again for an unchanged timer, so the remaining time is read from it.
        var milliseconds = 0
        guard curl_multi_timeout(raw, &milliseconds) == CURLM_OK, milliseconds >= 0 else { return }
        self.timer = .now + .milliseconds(max(1, milliseconds))
    }

    /// Waits until a socket is ready, `SocketEvents.wake` is called, or `timeout` has passed.
    func wait(timeout: Duration) throws(MultiFailure) {
        // The timeout is rounded up, because a turn just before a deadline would find nothing to do.
        let milliseconds = timeout <= .zero ? 0 : min(timeout.inMilliseconds, Int64(Int32.max) - 1) + 1
        do throws(SocketEvents.Failure) {
            ready = try events.wait(&buffer, milliseconds: Int32(clamping: milliseconds), waitCall)
        } catch {
            throw MultiFailure(error)
        }
    }

    /// Returns the easy handle and the result of the next finished transfer (`curl_multi_info_read`), or nil when there
    /// is none.
    func nextDone() -> (easy: UnsafeMutableRawPointer, result: CURLcode)? {
        var easy: UnsafeMutableRawPointer?
        var result = CURLE_OK
        guard px_multi_next_done(raw, &easy, &result) == 1, let easy else { return nil }
        return (easy, result)
    }

    private func act(_ socket: Int32, _ selected: Int32) throws(MultiFailure) {
        var running: Int32 = 0
        let code = curl_multi_socket_action(raw, socket, selected, &running)
        guard code == CURLM_OK else { throw MultiFailure("curl_multi_socket_action", code) }
    }

    /// Returns the `CURL_CSELECT_` flags for epoll events. A broken connection is reported as readable and writable, so
    /// that libcurl reads the data that arrived before the error, and then the error itself. `CURL_CSELECT_ERR` would
    /// discard both.
    private static func selected(_ events: UInt32) -> Int32 {
        let isBroken = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        var selected: Int32 = 0
        if isBroken || events & EPOLLIN.rawValue != 0 { selected |= CURL_CSELECT_IN }
        if isBroken || events & EPOLLOUT.rawValue != 0 { selected |= CURL_CSELECT_OUT }
        return selected
    }

    /// Changes the events that epoll watches on `socket`, as libcurl requests.
    ///
    /// - Parameters:
    ///   - what: `CURL_POLL_IN`, `CURL_POLL_OUT`, `CURL_POLL_INOUT` or `CURL_POLL_REMOVE`.
    ///   - isKnown: true when the socket is already watched.
    fileprivate func watch(_ socket: Int32, _ what: Int32, isKnown: Bool) {
        switch what {
        case CURL_POLL_IN: events.watch(socket, for: EPOLLIN.rawValue, isKnown: isKnown)
        case CURL_POLL_OUT: events.watch(socket, for: EPOLLOUT.rawValue, isKnown: isKnown)
        case CURL_POLL_INOUT:
            events.watch(socket, for: EPOLLIN.rawValue | EPOLLOUT.rawValue, isKnown: isKnown)
        default: return events.unwatch(socket)
        }
        // libcurl passes this pointer to later callbacks for the socket, which marks it as known.
        if !isKnown { curl_multi_assign(raw, socket, Unmanaged.passUnretained(self).toOpaque()) }
    }

    fileprivate func setTimer(milliseconds: Int) {
        timer = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
    }
}

private let socketCallback: curl_socket_callback = { _, socket, what, context, mark in
    guard let context else { return 0 }
    let handle = Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue()
    handle.watch(socket, what, isKnown: mark != nil)
    return 0
}

private let timerCallback: curl_multi_timer_callback = { _, milliseconds, context in
    guard let context else { return 0 }
    Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds: milliseconds)
    return 0
}
