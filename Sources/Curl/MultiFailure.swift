// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc

/// An error of the multi handle or of epoll(7), after which the event loop cannot continue.
struct MultiFailure: Error {
    /// The name of the function that failed.
    let call: StaticString
    /// The error text of libcurl or of the operating system.
    let text: String

    init(_ call: StaticString, _ code: CURLMcode) {
        self.call = call
        text = String(cString: curl_multi_strerror(code))
    }

    init(_ failure: SocketEvents.Failure) {
        call = "epoll_wait"
        text = String(cString: strerror(failure.errno))
    }

    var error: CurlError { CurlError(.loopDied, "\(call) failed: \(text)") }
}
