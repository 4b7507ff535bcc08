// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc

/// libcurl's engine did not turn.
struct MultiFailure: Error {
    let call: StaticString
    let words: String

    init(_ call: StaticString, _ code: CURLMcode) {
        self.call = call
        words = String(cString: curl_multi_strerror(code))
    }

    init(_ failure: WaitFailure) {
        call = "epoll_wait"
        words = String(cString: strerror(failure.number))
    }

    var error: CurlError { CurlError(.loopDied, "\(call) failed: \(words)") }
}

/// Owns libcurl's multi handle: the engine, the open connections, the resolved names.
///
/// libcurl says which sockets and which instant it waits for, and is told which of them have come: it looks at
/// those transfers alone. (`curl_multi_perform` looks at every transfer in every turn.)
///
/// Touched only on the px-curl thread. All easy handles have left it before it goes: otherwise libcurl
/// would reach into freed ones.
final class MultiHandle {
    let raw: UnsafeMutableRawPointer
    private let events: SocketEvents
    private let waitCall: SocketEvents.WaitCall
    private var room = [epoll_event](repeating: epoll_event(), count: 128)
    /// How many of `room` have come and are not worked on yet.
    private var ready = 0
    /// When libcurl wants to be called even if no socket moves.
    private(set) var timer: ContinuousClock.Instant?

    /// Owns the fresh multi handle at `address` from here on. Nil when there is none.
    init?(
        owning address: UInt, _ options: CurlOptions, _ events: SocketEvents,
        wait: @escaping SocketEvents.WaitCall
    ) {
        guard let raw = UnsafeMutableRawPointer(bitPattern: address) else { return nil }
        self.raw = raw
        self.events = events
        waitCall = wait
        // Both setters take any number. The admission keeps transfers below the limit; this keeps the
        // connections below it too, the idle ones included.
        px_multi_set_long(raw, CURLMOPT_MAXCONNECTS, options.maxConnections)
        px_multi_set_long(raw, CURLMOPT_MAX_TOTAL_CONNECTIONS, options.maxConnections)
        let context = Unmanaged.passUnretained(self).toOpaque()
        px_multi_set_socket(raw, followSocket, context)
        px_multi_set_timer(raw, followTimer, context)
    }

    deinit {
        // Closing connections calls back, and there is nobody any more.
        px_multi_set_socket(raw, nil, nil)
        px_multi_set_timer(raw, nil, nil)
        curl_multi_cleanup(raw)
    }

    func add(_ easy: EasyHandle) -> CURLMcode { curl_multi_add_handle(raw, easy.raw) }

    func remove(_ easy: EasyHandle) { curl_multi_remove_handle(raw, easy.raw) }

    /// Moves the transfers whose sockets or time have come as far as they go without waiting.
    func perform() throws(MultiFailure) {
        for index in 0..<ready {
            try act(room[index].data.fd, Self.selected(room[index].events))
        }
        ready = 0
        guard let timer, timer <= .now else { return }
        self.timer = nil
        try act(CURL_SOCKET_TIMEOUT, 0)
        guard self.timer == nil else { return }
        // By libcurl's clock it may still be too early; then it does not name the instant a second time.
        var milliseconds = 0
        guard curl_multi_timeout(raw, &milliseconds) == CURLM_OK, milliseconds >= 0 else { return }
        self.timer = .now + .milliseconds(max(1, milliseconds))
    }

    /// Waits until a transfer can move, somebody rings, or `timeout` has passed.
    func wait(timeout: Duration) throws(MultiFailure) {
        // Rounded up: a turn just before a deadline would find nothing to do.
        let (seconds, attoseconds) = timeout.components
        let milliseconds = timeout <= .zero ? 0 : seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1
        do throws(WaitFailure) {
            ready = try events.wait(&room, milliseconds: Int32(clamping: milliseconds), waitCall)
        } catch {
            throw MultiFailure(error)
        }
    }

    /// The next transfer that has ended since the last call.
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

    /// libcurl's word for what epoll saw. A connection that has broken is read and written to, which says how;
    /// `CURL_CSELECT_ERR` would drop what has come before it broke.
    private static func selected(_ events: UInt32) -> Int32 {
        let hasBroken = events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        var selected: Int32 = 0
        if hasBroken || events & EPOLLIN.rawValue != 0 { selected |= CURL_CSELECT_IN }
        if hasBroken || events & EPOLLOUT.rawValue != 0 { selected |= CURL_CSELECT_OUT }
        return selected
    }

    /// - Parameter isKnown: whether libcurl has asked for this socket before.
    fileprivate func follow(_ socket: Int32, _ what: Int32, isKnown: Bool) {
        switch what {
        case CURL_POLL_IN: events.watch(socket, for: EPOLLIN.rawValue, isKnown: isKnown)
        case CURL_POLL_OUT: events.watch(socket, for: EPOLLOUT.rawValue, isKnown: isKnown)
        case CURL_POLL_INOUT:
            events.watch(socket, for: EPOLLIN.rawValue | EPOLLOUT.rawValue, isKnown: isKnown)
        default: return events.forget(socket)
        }
        // libcurl keeps the mark for as long as it wants the socket; what it is does not matter.
        if !isKnown { curl_multi_assign(raw, socket, Unmanaged.passUnretained(self).toOpaque()) }
    }

    fileprivate func follow(timer milliseconds: Int) {
        timer = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
    }
}

private let followSocket: curl_socket_callback = { _, socket, what, context, mark in
    guard let context else { return 0 }
    let handle = Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue()
    handle.follow(socket, what, isKnown: mark != nil)
    return 0
}

private let followTimer: curl_multi_timer_callback = { _, milliseconds, context in
    guard let context else { return 0 }
    Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue().follow(timer: milliseconds)
    return 0
}
