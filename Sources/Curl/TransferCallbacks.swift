// SPDX-License-Identifier: Apache-2.0

import CLibCurl

// libcurl calls these on the px-curl thread, from within `curl_multi_perform`. They copy bytes and return;
// to stop a transfer they return a wrong count and leave the reason in it.

extension EasyHandle {
    /// Lets libcurl call back to `transfer`, which must live until this handle has left the multi handle.
    func connectCallbacks(to transfer: CurlTransfer) throws(EasyFailure) {
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        try check(px_set_write(raw, takeBody, context))
        try check(px_set_header(raw, takeHeader, context))
        try check(px_set_read(raw, provideBody, context))
        try check(px_set_seek(raw, rewindBody, context))
        try check(px_set_pointer(raw, CURLOPT_PRIVATE, context))
    }
}

/// The transfer to which a finished handle belongs.
func transfer(of easy: UnsafeMutableRawPointer) -> CurlTransfer? {
    var context: UnsafeMutablePointer<CChar>?
    guard px_get_pointer(easy, CURLINFO_PRIVATE, &context) == CURLE_OK, let context else { return nil }
    return transfer(at: UnsafeMutableRawPointer(context))
}

private func transfer(at context: UnsafeMutableRawPointer) -> CurlTransfer {
    Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
}

private let takeBody: curl_write_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    let transfer = transfer(at: context)
    do throws(ResponseCollector.Refusal) {
        try transfer.collector.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
        return size * count
    } catch {
        transfer.abort = error
        return wrongCount(for: size * count)
    }
}

private let takeHeader: curl_write_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    let transfer = transfer(at: context)
    do throws(ResponseCollector.Refusal) {
        try transfer.collector.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        return size * count
    } catch {
        transfer.abort = error
        return wrongCount(for: size * count)
    }
}

private let provideBody: curl_read_callback = { room, size, count, context in
    guard let context else { return Int(CURL_READFUNC_ABORT) }
    return transfer(at: context).provide(UnsafeMutableRawBufferPointer(start: room, count: size * count))
}

private let rewindBody: curl_seek_callback = { context, offset, origin in
    guard let context, origin == SEEK_SET, transfer(at: context).rewind(to: Int(offset)) else {
        return CURL_SEEKFUNC_FAIL
    }
    return CURL_SEEKFUNC_OK
}

/// Any count but the right one makes libcurl give the transfer up.
private func wrongCount(for right: Int) -> Int { right == 0 ? 1 : 0 }
