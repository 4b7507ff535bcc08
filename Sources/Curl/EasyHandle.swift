// SPDX-License-Identifier: Apache-2.0

import CLibCurl

/// An easy handle of libcurl with its error buffer (`CURLOPT_ERRORBUFFER`).
///
/// A handle is used for one transfer after another. Connections and resolved names belong to the multi handle, so a
/// reset does not affect them. The object is used on the px-curl thread only.
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    /// The error buffer of `CURL_ERROR_SIZE` bytes, whose text ends with a NUL.
    let text: UnsafeMutablePointer<CChar>

    /// Makes a handle. The result is nil when libcurl cannot allocate one.
    init?() {
        guard let raw = curl_easy_init() else { return nil }
        self.raw = raw
        text = .allocate(capacity: Int(CURL_ERROR_SIZE))
        text.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        // libcurl may write to the error buffer during the cleanup.
        curl_easy_cleanup(raw)
        text.deallocate()
    }

    /// Resets all options of the handle and the information about the last transfer.
    func reset() {
        curl_easy_reset(raw)
        text[0] = 0
    }

    /// Returns the text of the error buffer, or libcurl's general text for `code` when the buffer is empty.
    func errorText(for code: CURLcode) -> String {
        text[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: text)
    }

    /// Sets the error buffer of the handle to `text`.
    func setErrorBuffer() throws(EasyFailure) {
        try check(px_set_pointer(raw, CURLOPT_ERRORBUFFER, text))
    }

    func set(_ option: CURLoption, _ value: Int) throws(EasyFailure) {
        try check(px_set_long(raw, option, value))
    }

    func set(_ option: CURLoption, _ value: Bool) throws(EasyFailure) {
        try check(px_set_long(raw, option, value ? 1 : 0))
    }

    func set(_ option: CURLoption, offset value: Int) throws(EasyFailure) {
        try check(px_set_offset(raw, option, curl_off_t(value)))
    }

    /// Sets a string option of the handle. libcurl copies the text.
    func set(_ option: CURLoption, _ value: String) throws(EasyFailure) {
        // The closure gets the text itself; as an argument of the C function it would be copied first.
        try check(value.withCString { px_set_string(raw, option, $0) })
    }

    /// Sets a list option of the handle. libcurl does not copy the list, which must not be freed before the next reset.
    func set(_ option: CURLoption, _ list: borrowing HeaderList) throws(EasyFailure) {
        try check(px_set_list(raw, option, list.head))
    }

    /// Throws `EasyFailure` when `code`, the result of a function that sets an option, is an error.
    func check(_ code: CURLcode) throws(EasyFailure) {
        guard code == CURLE_OK else { throw EasyFailure(code: code) }
    }

    /// Returns the transfer information `info` of type `long` (curl_easy_getinfo(3)), or 0 when it is not available.
    func long(_ info: CURLINFO) -> Int {
        var value = 0
        return px_get_long(raw, info, &value) == CURLE_OK ? value : 0
    }

    /// Returns the transfer information `info` of type `curl_off_t` (curl_easy_getinfo(3)), or 0 when it is not
    /// available.
    func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        return px_get_offset(raw, info, &value) == CURLE_OK ? Int(value) : 0
    }

    /// Returns the transfer information `info` of type `char *` (curl_easy_getinfo(3)), or nil when it is not
    /// available.
    func text(_ info: CURLINFO) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard px_get_pointer(raw, info, &value) == CURLE_OK else { return nil }
        return value.map { String(cString: $0) }
    }

    /// Returns the socket of the last transfer and the ends of its connection; nil when the connection is closed.
    func openConnection() -> (socket: Int32, ends: ReusableConnections.Ends)? {
        var socket: curl_socket_t = -1
        guard px_get_socket(raw, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK, socket >= 0,
            let localIP = text(CURLINFO_LOCAL_IP), let remoteIP = text(CURLINFO_PRIMARY_IP)
        else { return nil }
        let ends = ReusableConnections.Ends(
            localIP: localIP, localPort: Int32(long(CURLINFO_LOCAL_PORT)), remoteIP: remoteIP,
            remotePort: Int32(long(CURLINFO_PRIMARY_PORT)))
        return (socket, ends)
    }
}
