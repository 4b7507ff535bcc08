// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import HTTP

/// One transfer: its request, the resources that libcurl needs for it, and the response as far as it has arrived.
///
/// The object is used on the px-curl thread only. The loop keeps it alive until its easy handle has been removed from
/// the multi handle, because the handle holds unretained pointers to it.
final class CurlTransfer {
    let pending: PendingRequest
    /// The host of the URL, with the port unless it is the default of the scheme.
    let host: String
    /// The easy handle, from `start` to `releaseHandle`.
    private(set) var easy: EasyHandle?
    /// The header lines of the request. They must live as long as `easy` refers to them.
    private var headerList = HeaderList()
    /// The time at which the transfer was started, or restarted over a new connection.
    private var startedAt: ContinuousClock.Instant?
    private var state: CurlTransferState
    private var hasBeenRetried = false
    /// The time at which `exceededLimit` must be called next.
    private(set) var nextCheck: ContinuousClock.Instant

    // The properties below are changed by the callbacks of libcurl.

    var collector: ResponseCollector
    /// The reason for which a callback aborted the transfer. libcurl reports such a transfer as a write error.
    var abortReason: ResponseCollector.Failure?
    /// The bytes of the body that libcurl has taken.
    private(set) var sentBytes = 0
    /// The time at which libcurl took the last byte of the body.
    private(set) var bodySentAt: ContinuousClock.Instant?

    init(_ pending: PendingRequest) {
        self.pending = pending
        host = pending.request.url.authority
        state = CurlTransferState(pending.request.limits, begin: pending.begin)
        nextCheck = pending.begin + pending.request.limits.total
        collector = ResponseCollector(
            limit: pending.request.limits.responseBytes, method: pending.request.method)
    }

    /// Takes `easy` and sets all its options, so that it can be added to the multi handle.
    func start(on easy: EasyHandle, _ options: CurlOptions, now: ContinuousClock.Instant) throws(EasyFailure)
    {
        self.easy = easy
        startedAt = now
        nextCheck = state.firstCheck(now: now)
        try easy.prepare(for: pending.request, options, headers: &headerList)
        try easy.connectCallbacks(to: self)
    }

    /// Returns the easy handle and forgets it. The caller must remove it from the multi handle and reset or free it.
    func releaseHandle() -> EasyHandle? {
        defer { easy = nil }
        return easy
    }

    /// Returns true when a reused connection broke before a byte of the response arrived and the request has not been
    /// retried: most likely the server closed the idle connection while the request was on its way.
    func metStaleConnection(_ code: CURLcode) -> Bool {
        guard !hasBeenRetried, code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR, let easy else {
            return false
        }
        return collector.received == 0 && easy.long(CURLINFO_NUM_CONNECTS) == 0
    }

    /// Prepares the transfer for a retry over a new connection. Its total limit keeps running.
    ///
    /// - Returns: False when the handle cannot be prepared.
    func rewindToStart(now: ContinuousClock.Instant) -> Bool {
        hasBeenRetried = true
        startedAt = now
        nextCheck = state.firstCheck(now: now)
        return rewind(to: 0) && (try? easy?.set(CURLOPT_FRESH_CONNECT, true)) != nil
    }

    /// Checks the limits. Returns a text that names the exceeded one, or nil when all are kept.
    func exceededLimit(now: ContinuousClock.Instant) -> String? {
        let progress = CurlTransferState.Progress(
            phase: phase, sentAt: sentAt, bytes: sentBytes + collector.received)
        switch state.check(progress, now: now) {
        case .proceed(let next):
            nextCheck = next
            return nil
        case .timedOut(let limit):
            return limit
        }
    }

    /// The phase of the transfer, derived from what the callbacks and libcurl's timers show.
    var phase: TransportError.Phase {
        guard let easy else { return .queued }
        if collector.status != nil { return .receiving }
        if bodySentAt != nil { return .waiting }
        if sentBytes > 0 { return .sending }
        guard easy.offset(CURLINFO_PRETRANSFER_TIME_T) > 0 else { return .connecting }
        return pending.request.travelsInOnePiece ? .waiting : .sending
    }

    /// The time at which the last byte of the request was passed to the operating system.
    private var sentAt: ContinuousClock.Instant? {
        guard pending.request.travelsInOnePiece else { return bodySentAt }
        guard let easy, let startedAt else { return nil }
        let microseconds = easy.offset(CURLINFO_PRETRANSFER_TIME_T)
        return microseconds > 0 ? startedAt + .microseconds(microseconds) : nil
    }

    // MARK: The request body, for CURLOPT_READFUNCTION and CURLOPT_SEEKFUNCTION

    /// Copies the next part of the body to `buffer`. Returns the number of bytes, 0 at the end of the body.
    func readBody(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let body = pending.request.body
        let count = min(buffer.count, body.count - sentBytes)
        body.withUnsafeBytes { bytes in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[sentBytes..<sentBytes + count]))
        }
        sentBytes += count
        if sentBytes == body.count, bodySentAt == nil { bodySentAt = .now }
        return count
    }

    /// Continues the body at `offset`, because libcurl sends it again over another connection. Returns false when the
    /// offset is outside the body.
    func rewind(to offset: Int) -> Bool {
        guard (0...pending.request.body.count).contains(offset) else { return false }
        sentBytes = offset
        bodySentAt = nil
        return true
    }
}
