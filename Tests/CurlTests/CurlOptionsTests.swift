// SPDX-License-Identifier: Apache-2.0

import Curl
import Support
import Testing

struct CurlOptionsTests {
    @Test func `options outside their range and a missing CA bundle are refused`() throws {
        var options = CurlOptions()
        options.maxConnections = 0
        options.idleSeconds = 9999
        #expect(
            options.problems().map(\.field) == ["maxConnections", "maxConnectionsPerHost", "idleSeconds"])
        #expect(CurlOptions().problems().isEmpty)
        #expect(throws: CurlError.self) { try CurlTransport(options) }
        var missing = CurlOptions()
        missing.caBundle = "/nonexistent/ca.pem"
        let error = #expect(throws: CurlError.self) { try CurlTransport(missing) }
        #expect(error?.kind == .caBundle)
    }

    @Test func `the CA bundle is that of the options, AWS_CA_BUNDLE, CURL_CA_BUNDLE or SSL_CERT_FILE`() {
        let environment = ["AWS_CA_BUNDLE": "a", "CURL_CA_BUNDLE": "c", "SSL_CERT_FILE": "s"]
        #expect(CurlOptions().completed(from: environment).caBundle == "a")
        #expect(CurlOptions().completed(from: ["AWS_CA_BUNDLE": "", "SSL_CERT_FILE": "s"]).caBundle == "s")
        #expect(CurlOptions().completed(from: [:]).caBundle == nil)
        var configured = CurlOptions()
        configured.caBundle = "own"
        #expect(configured.completed(from: environment).caBundle == "own")
    }
}
