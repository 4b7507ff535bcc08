// SPDX-License-Identifier: Apache-2.0

import CLibCurl

/// libcurl's engine did not turn.
struct MultiFailure: Error {
    let code: CURLMcode
    let call: StaticString

    var error: CurlError {
        CurlError(.loopDied, "\(call) failed: \(String(cString: curl_multi_strerror(code)))")
    }
}

/// Owns libcurl's multi handle: the engine, the open connections, the resolved names.
///
/// Touched only on the px-curl thread. All easy handles have left it before it goes: otherwise libcurl
/// would reach into freed ones.
final class MultiHandle {
    let raw: UnsafeMutableRawPointer
    /// `curl_multi_poll`, unless a test wants to see the loop die.
    private let pollCall: CurlLoop.PollCall

    /// Owns the fresh multi handle at `address` from here on. Nil when there is none.
    init?(owning address: UInt, _ options: CurlOptions, poll: @escaping CurlLoop.PollCall) {
        guard let raw = UnsafeMutableRawPointer(bitPattern: address) else { return nil }
        self.raw = raw
        pollCall = poll
        // Both setters take any number. The admission keeps transfers below the limit; this keeps the
        // connections below it too, the idle ones included.
        px_multi_set_long(raw, CURLMOPT_MAXCONNECTS, options.maxConnections)
        px_multi_set_long(raw, CURLMOPT_MAX_TOTAL_CONNECTIONS, options.maxConnections)
    }

    deinit { curl_multi_cleanup(raw) }

    func add(_ easy: EasyHandle) -> CURLMcode { curl_multi_add_handle(raw, easy.raw) }

    func remove(_ easy: EasyHandle) { curl_multi_remove_handle(raw, easy.raw) }

    /// Moves every transfer as far as it goes without waiting.
    func perform() throws(MultiFailure) {
        var running: Int32 = 0
        let code = curl_multi_perform(raw, &running)
        guard code == CURLM_OK else { throw MultiFailure(code: code, call: "curl_multi_perform") }
    }

    /// Waits until a transfer can move, somebody wakes the loop, or `timeout` has passed.
    func poll(timeout: Duration) throws(MultiFailure) {
        // Rounded up: a turn just before a deadline would find nothing to do.
        let (seconds, attoseconds) = timeout.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1
        let code = pollCall(raw, Int32(clamping: max(0, milliseconds)))
        guard code == CURLM_OK else { throw MultiFailure(code: code, call: "curl_multi_poll") }
    }

    /// The next transfer that has ended since the last call.
    func nextDone() -> (easy: UnsafeMutableRawPointer, result: CURLcode)? {
        var easy: UnsafeMutableRawPointer?
        var result = CURLE_OK
        guard px_multi_next_done(raw, &easy, &result) == 1, let easy else { return nil }
        return (easy, result)
    }
}
