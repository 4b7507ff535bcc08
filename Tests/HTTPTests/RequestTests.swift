// SPDX-License-Identifier: Apache-2.0

import HTTP
import Testing

struct RequestTests {
    @Test func `the description of a request contains neither headers nor query nor body`() {
        let url = URL(.https, host: "sts.example", path: "/p", query: [URL.QueryItem("token", "hush")])
        var request = Request(.post, url, headers: ["Authorization": "hush"], body: Array("hush".utf8))
        #expect("\(request)" == "POST https://sts.example/p")
        request.url.path = "/hush"
        request.isSensitive = true
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(request)", String(reflecting: request), dumped] { #expect(!text.contains("hush")) }
    }
}
