// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc

// The callbacks of libcurl, which it calls on the px-curl thread from within `curl_multi_socket_action`. They copy
// bytes and return. To abort a transfer they store the reason in it and return a wrong count.

extension EasyHandle {
    /// Sets the callbacks of the handle and their context, `transfer`, which must not be freed before the handle is
    /// removed from the multi handle.
    func connectCallbacks(to transfer: CurlTransfer) throws(EasyFailure) {
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        try check(px_set_write(raw, takeBody, context))
        try check(px_set_header(raw, takeHeader, context))
        try check(px_set_read(raw, readBody, context))
        try check(px_set_seek(raw, rewindBody, context))
        try check(px_set_prereq(raw, beforeRequest, context))
        try check(px_set_pointer(raw, CURLOPT_PRIVATE, context))
        try check(px_set_open_socket(raw, openSocket))
    }
}

/// Returns the transfer to which an easy handle belongs (`CURLOPT_PRIVATE`).
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
    let bytes = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(at: context).collector.takeBody(bytes) ? bytes.count : wrongCount(for: bytes.count)
}

private let takeHeader: curl_write_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    let bytes = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(at: context).takeHeader(bytes) ? bytes.count : wrongCount(for: bytes.count)
}

private let readBody: curl_read_callback = { buffer, size, count, context in
    guard let context else { return Int(CURL_READFUNC_ABORT) }
    return transfer(at: context).readBody(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
}

private let rewindBody: curl_seek_callback = { context, offset, origin in
    guard let context, origin == SEEK_SET, transfer(at: context).rewind(to: Int(offset)) else {
        return CURL_SEEKFUNC_FAIL
    }
    return CURL_SEEKFUNC_OK
}

/// Makes the socket of a connection close-on-exec from the beginning, so that no child process inherits it. The sockets
/// that libcurl 7.88 makes itself are not.
private let openSocket: curl_opensocket_callback = { _, _, address in
    guard let address else { return CURL_SOCKET_BAD }
    let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return socket(address.pointee.family, kind, address.pointee.protocol)
}

/// Aborts a transfer whose reused connection has unasked input (`CURLOPT_PREREQFUNCTION`).
private let beforeRequest: curl_prereq_callback = { context, remoteIP, localIP, remotePort, localPort in
    guard let context, let remoteIP, let localIP else { return CURL_PREREQFUNC_OK }
    let ends = ReusableConnections.Ends(
        localIP: String(cString: localIP), localPort: localPort, remoteIP: String(cString: remoteIP),
        remotePort: remotePort)
    return transfer(at: context).maySend(over: ends) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

/// Returns a number of bytes that differs from `right`, after which libcurl aborts the transfer with
/// `CURLE_WRITE_ERROR`.
private func wrongCount(for right: Int) -> Int { right == 0 ? 1 : 0 }
