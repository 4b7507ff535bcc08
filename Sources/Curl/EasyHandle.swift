// SPDX-License-Identifier: Apache-2.0

import CLibCurl

/// A setter of libcurl refused.
struct EasyFailure: Error {
    let code: CURLcode
}

/// Owns one libcurl easy handle and the buffer of its error texts. Used for one transfer after another;
/// connections and resolved names live in the multi handle, so nothing is lost by a reset.
///
/// Touched only on the px-curl thread.
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    let text: UnsafeMutablePointer<CChar>

    /// Nil when there is no memory for one.
    init?() {
        guard let raw = curl_easy_init() else { return nil }
        self.raw = raw
        text = .allocate(capacity: Int(CURL_ERROR_SIZE))
        text.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        // The handle first: it may still write its last words into the buffer.
        curl_easy_cleanup(raw)
        text.deallocate()
    }

    /// Forgets every option. Information about the last transfer must be read before.
    func reset() {
        curl_easy_reset(raw)
        text[0] = 0
    }

    /// libcurl's own words about the last transfer, or about `code` where it found none.
    func words(for code: CURLcode) -> String {
        text[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: text)
    }

    func captureErrorText() throws(EasyFailure) {
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

    /// libcurl copies the text.
    func set(_ option: CURLoption, _ value: String) throws(EasyFailure) {
        try check(px_set_string(raw, option, value))
    }

    /// libcurl does not copy the list: it must live until the next reset.
    func set(_ option: CURLoption, _ list: borrowing HeaderList) throws(EasyFailure) {
        try check(px_set_list(raw, option, list.head))
    }

    func check(_ code: CURLcode) throws(EasyFailure) {
        guard code == CURLE_OK else { throw EasyFailure(code: code) }
    }

    func long(_ info: CURLINFO) -> Int {
        var value = 0
        return px_get_long(raw, info, &value) == CURLE_OK ? value : 0
    }

    func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        return px_get_offset(raw, info, &value) == CURLE_OK ? Int(value) : 0
    }
}

/// Owns the header lines of one request in libcurl's form.
struct HeaderList: ~Copyable {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    deinit { curl_slist_free_all(head) }

    mutating func append(_ line: String) throws(EasyFailure) {
        guard let longer = curl_slist_append(head, line) else { throw EasyFailure(code: CURLE_OUT_OF_MEMORY) }
        head = longer
    }
}
