// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import HTTP

/// A transfer: its request, the resources that libcurl needs for it, and the response as far as it has arrived.
///
/// The object is used on the px-curl thread only. The event loop keeps a reference to it until the easy handle is
/// removed from the multi handle, because the easy handle has unretained pointers to the object.
final class CurlTransfer {
    let pending: PendingRequest
    /// The host of the URL, followed by `:` and the port unless that is the default port of the scheme.
    let host: String
    /// The easy handle of libcurl; nil before `start` and after `releaseHandle`.
    private(set) var easy: EasyHandle?
    /// The header lines of the request, which must not be freed while `easy` refers to them.
    private var headerList = HeaderList()
    /// The time at which the transfer was started, or restarted over a new connection; nil before the start.
    private var startedAt: ContinuousClock.Instant?
    private var state: CurlTransferState
    private var hasBeenRetried = false
    /// The sockets of the connections that the transfer can reuse.
    private let connections: ReusableConnections
    /// The time of the next call of `exceededLimit`.
    private(set) var nextCheck: ContinuousClock.Instant

    // The properties below are changed by the callbacks of libcurl.

    var collector: ResponseCollector
    /// The number of bytes of the request body that libcurl has read.
    private(set) var sentBytes = 0
    /// The time at which libcurl read the last byte of the request body through the read callback; nil until
    /// then, and for a small body, which libcurl copies at the start.
    private(set) var bodySentAt: ContinuousClock.Instant?

    /// True when the request was not sent, because the reused connection had unasked input.
    private var metUnaskedInput = false

    init(_ pending: PendingRequest, _ connections: ReusableConnections) {
        self.pending = pending
        self.connections = connections
        host = pending.request.url.authority
        state = CurlTransferState(pending.request.limits, begin: pending.begin)
        nextCheck = pending.begin + pending.request.limits.total
        collector = ResponseCollector(
            limit: pending.request.limits.responseBytes, method: pending.request.method)
    }

    /// Stores `easy` and sets all of its options, so that it can be added to the multi handle.
    func start(on easy: EasyHandle, _ options: CurlOptions, now: ContinuousClock.Instant) throws(EasyFailure)
    {
        self.easy = easy
        startedAt = now
        nextCheck = state.firstCheck(now: now)
        try easy.prepare(for: pending.request, options, headers: &headerList)
        try easy.connectCallbacks(to: self)
    }

    /// Sets `easy` to nil and returns its previous value. The caller must remove the easy handle from the multi handle,
    /// and reset or free it.
    func releaseHandle() -> EasyHandle? {
        defer { easy = nil }
        return easy
    }

    /// Returns false when the request must not be sent over a connection, because it is a reused one on which input
    /// waits that cannot be the response.
    func maySend(over ends: ReusableConnections.Ends) -> Bool {
        guard let easy, easy.long(CURLINFO_NUM_CONNECTS) == 0 else { return true }
        metUnaskedInput = connections.hasUnaskedInput(ends)
        return !metUnaskedInput
    }

    /// Adds one header line of the response, and closes the connection after the transfer when it must not be reused.
    ///
    /// - Returns: false when the response is refused.
    func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        let wasReusable = !collector.forbidsReuse
        guard collector.takeHeader(line) else { return false }
        guard wasReusable, collector.forbidsReuse else { return true }
        return (try? easy?.set(CURLOPT_FORBID_REUSE, true)) != nil
    }

    /// Returns true when the request has not been retried and a reused connection had unasked input, or broke before a
    /// byte of the response arrived. The most likely cause of the latter is that the server closed the idle connection
    /// while the request was being sent.
    func metStaleConnection(_ code: CURLcode) -> Bool {
        guard !hasBeenRetried, let easy else { return false }
        if code == CURLE_ABORTED_BY_CALLBACK { return metUnaskedInput }
        guard code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR else { return false }
        return collector.received == 0 && easy.long(CURLINFO_NUM_CONNECTS) == 0
    }

    /// Prepares the transfer for a retry over a new connection. The limit for the total time is not restarted.
    ///
    /// - Returns: false when the easy handle cannot be prepared.
    func rewindToStart(now: ContinuousClock.Instant) -> Bool {
        hasBeenRetried = true
        startedAt = now
        nextCheck = state.firstCheck(now: now)
        return rewind(to: 0) && (try? easy?.set(CURLOPT_FRESH_CONNECT, true)) != nil
    }

    /// Checks the limits of the transfer. Returns a text with the limit that is exceeded, or nil when there is none.
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

    /// The phase of the transfer, derived from the progress of the callbacks and from libcurl's timers.
    var phase: TransportError.Phase {
        guard let easy else { return .queued }
        if collector.status != nil { return .receiving }
        if bodySentAt != nil { return .waiting }
        if sentBytes > 0 { return .sending }
        guard easy.offset(CURLINFO_PRETRANSFER_TIME_T) > 0 else { return .connecting }
        return pending.request.travelsInOnePiece ? .waiting : .sending
    }

    /// The time at which the last byte of the request was passed to the operating system; nil until then.
    private var sentAt: ContinuousClock.Instant? {
        guard pending.request.travelsInOnePiece else { return bodySentAt }
        guard let easy, let startedAt else { return nil }
        let microseconds = easy.offset(CURLINFO_PRETRANSFER_TIME_T)
        return microseconds > 0 ? startedAt + .microseconds(microseconds) : nil
    }

    // MARK: The request body, for CURLOPT_READFUNCTION and CURLOPT_SEEKFUNCTION

    /// Copies the next part of the request body to `buffer`. Returns the number of bytes, which is 0 at the end of the
    /// body.
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

    /// Sets the position in the request body to `offset`, because libcurl sends the body again over another connection.
    /// Returns false when the offset is outside the body.
    func rewind(to offset: Int) -> Bool {
        guard (0...pending.request.body.count).contains(offset) else { return false }
        sentBytes = offset
        bodySentAt = nil
        return true
    }
}
