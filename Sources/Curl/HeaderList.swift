// SPDX-License-Identifier: Apache-2.0

import CLibCurl

/// The header lines of one request as a list of libcurl (`curl_slist`), which the deinitializer frees.
struct HeaderList: ~Copyable {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    deinit { curl_slist_free_all(head) }

    /// Appends a copy of `line`. Throws when libcurl cannot allocate memory.
    mutating func append(_ line: String) throws(EasyFailure) {
        guard let longer = curl_slist_append(head, line) else { throw EasyFailure(code: CURLE_OUT_OF_MEMORY) }
        head = longer
    }
}
