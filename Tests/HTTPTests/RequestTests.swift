// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

struct `Requests and errors in print` {
    @Test func `a request never prints its headers, query or body`() {
        let url = URL(.https, host: "sts.example", path: "/p", query: [URL.QueryItem("token", "hush")])
        var request = Request(.post, url, headers: ["Authorization": "hush"], body: Array("hush".utf8))
        #expect("\(request)" == "POST https://sts.example/p")
        request.url.path = "/hush"
        request.isSensitive = true
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(request)", String(reflecting: request), dumped] { #expect(!text.contains("hush")) }
    }

    @Test func `an error says who, what, when and why in one line`() {
        let error = TransportError(
            .timedOut, phase: .waiting, host: "h:1", elapsed: .milliseconds(1500), detail: "no answer")
        #expect("\(error)" == "h:1: timed-out while waiting after 1500 ms: no answer")
    }
}
