// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import HTTP

/// One transfer: its order, what libcurl needs while it lasts, and what has come of it so far.
///
/// Touched only on the px-curl thread. The loop keeps it alive until its easy handle has left the multi
/// handle: libcurl holds unretained pointers to it.
final class CurlTransfer {
    let order: PendingRequest
    let host: String
    private(set) var easy: EasyHandle?
    private var headerList = HeaderList()
    private var startedAt: ContinuousClock.Instant?
    private var watch: CurlTransferState
    private var hasGoneAgain = false
    /// When this transfer wants to be looked at by `check`.
    private(set) var lookAt: ContinuousClock.Instant

    // What the callbacks change.
    var collector: ResponseCollector
    /// Why a callback told libcurl to stop, which libcurl itself reports as a write error.
    var abort: ResponseCollector.Refusal?
    private(set) var sentBytes = 0
    private(set) var bodySentAt: ContinuousClock.Instant?

    init(_ order: PendingRequest) {
        self.order = order
        host = order.request.url.authority
        watch = CurlTransferState(order.request.limits, begin: order.begin)
        lookAt = order.begin + order.request.limits.total
        collector = ResponseCollector(limit: order.request.limits.responseBytes, method: order.request.method)
    }

    /// Takes `easy` and makes it ready to be added to the multi handle.
    func start(on easy: EasyHandle, _ options: CurlOptions, now: ContinuousClock.Instant) throws(EasyFailure)
    {
        self.easy = easy
        startedAt = now
        lookAt = watch.firstLook(now: now)
        try easy.prepare(for: order.request, options, headers: &headerList)
        try easy.connectCallbacks(to: self)
    }

    /// Gives the easy handle back, which has left the multi handle and been reset or dropped by the caller.
    func releaseHandle() -> EasyHandle? {
        defer { easy = nil }
        return easy
    }

    /// The connection had been used before and broke without a single byte of an answer: most likely the
    /// server had closed it before the request came. Once only, and never after bytes of an answer.
    func metStaleConnection(_ code: CURLcode) -> Bool {
        guard !hasGoneAgain, code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR, let easy else {
            return false
        }
        return collector.received == 0 && easy.long(CURLINFO_NUM_CONNECTS) == 0
    }

    /// Makes ready for a second go over a new connection; all limits go on.
    func rewindToStart(now: ContinuousClock.Instant) -> Bool {
        hasGoneAgain = true
        startedAt = now
        lookAt = watch.firstLook(now: now)
        return rewind(to: 0) && (try? easy?.set(CURLOPT_FRESH_CONNECT, true)) != nil
    }

    /// Nil while every limit is kept; otherwise which one is not.
    func check(now: ContinuousClock.Instant) -> String? {
        let progress = CurlTransferState.Progress(
            phase: phase, sentAt: sentAt, moved: sentBytes + collector.received)
        switch watch.look(at: progress, now: now) {
        case .inTime(let next):
            lookAt = next
            return nil
        case .late(let limit):
            return limit
        }
    }

    /// How far the transfer has come, as far as can be told from here.
    var phase: TransportError.Phase {
        guard let easy else { return .queued }
        if collector.status != nil { return .receiving }
        if bodySentAt != nil { return .waiting }
        if sentBytes > 0 { return .sending }
        guard easy.offset(CURLINFO_PRETRANSFER_TIME_T) > 0 else { return .connecting }
        return order.request.travelsInOnePiece ? .waiting : .sending
    }

    /// When the request's last byte was handed to the system.
    private var sentAt: ContinuousClock.Instant? {
        guard order.request.travelsInOnePiece else { return bodySentAt }
        guard let easy, let startedAt else { return nil }
        let microseconds = easy.offset(CURLINFO_PRETRANSFER_TIME_T)
        return microseconds > 0 ? startedAt + .microseconds(microseconds) : nil
    }

    // MARK: The request's body, as libcurl asks for it

    /// Copies the next part of the body to `room`; 0 at its end.
    func provide(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let body = order.request.body
        let count = min(room.count, body.count - sentBytes)
        body.withUnsafeBytes { bytes in
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[sentBytes..<sentBytes + count]))
        }
        sentBytes += count
        if sentBytes == body.count, bodySentAt == nil { bodySentAt = .now }
        return count
    }

    /// libcurl sends the body again from `offset`, over another connection.
    func rewind(to offset: Int) -> Bool {
        guard (0...order.request.body.count).contains(offset) else { return false }
        sentBytes = offset
        bodySentAt = nil
        return true
    }
}
