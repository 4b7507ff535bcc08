// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import HTTP
import Scripted
import Testing

@testable import Curl

/// The form of the host that is sent, which the signature of a request covers.
@Suite(.timeLimit(.minutes(1)))
struct HostTests {
    @Test(arguments: [
        "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "127.0.0.1", "LOCALHOST", "127.0.1",
    ])
    func `the header Host is the authority of the URL in every form of the host`(_ host: String) async throws
    {
        let server = try LoopbackServer(LoopbackServer.always(200))
        let url = try #require(URL("http://\(host):\(server.port)/a"))
        _ = try await CurlTransport().send(Request(.get, url))
        #expect(server.received.map { $0.headers.values(of: "Host") } == [[url.authority]])
    }

    @Test func `a dot at the end of a name is sent as it is signed`() throws {
        let server = try LoopbackServer(LoopbackServer.always(200))
        let url = try #require(URL("http://S3.invalid.:\(server.port)/"))
        let easy = try #require(EasyHandle())
        var headers = HeaderList()
        var addresses = HeaderList()
        try easy.prepare(for: Request(.head, url), CurlOptions(), headers: &headers)
        for name in ["s3.invalid", "s3.invalid."] { addresses.append("\(name):\(server.port):127.0.0.1") }
        try easy.set(CURLOPT_RESOLVE, addresses)
        #expect(curl_easy_perform(easy.raw) == CURLE_OK)
        #expect(server.received.map { $0.headers.values(of: "Host") } == [["s3.invalid.:\(server.port)"]])
        #expect(url.authority == "s3.invalid.:\(server.port)")
        easy.reset()
    }

    /// A proxy for http sees the host that libcurl writes into the request line, and may send it on as Host.
    @Test func `random hosts have the form that libcurl gives them`() throws {
        var random = SplitMix(seed: 12)
        let numbers = [
            "0", "1", "7", "08", "010", "127", "255", "256", "0x7f", "0xFF", "0x", "65535", "65536",
            "16777215",
            "16777216", "4294967295", "4294967296", "99999999999999999999", "a", "x1", "",
        ]
        for _ in 0..<3000 {
            let count = Int(random.next() % 5) + 1
            let host = (0..<count).map { _ in numbers[Int(random.next() % UInt64(numbers.count))] }
                .joined(separator: ".")
            guard let url = URL("http://\(host)/") else {
                #expect(host.isEmpty)
                continue
            }
            #expect(url.host == libcurlHost(of: "http://\(host)/").lowercased(), "\(host)")
            #expect(libcurlHost(of: url.rendered) == url.host)
        }
        for host in [
            "[::1]", "[0:0::1]", "[2001:db8::0:1]", "[::ffff:1.2.3.4]", "[1:2:3:4:5:6:7:8]", "[0::]",
        ] {
            let url = try #require(URL("http://\(host)/"))
            #expect(libcurlHost(of: url.rendered) == url.host)
        }
    }

    /// Returns the host of `url` in the form of libcurl's URL parser.
    private func libcurlHost(of url: String) -> String {
        let parser = curl_url()
        defer { curl_url_cleanup(parser) }
        var host: UnsafeMutablePointer<CChar>?
        guard curl_url_set(parser, CURLUPART_URL, url, 0) == CURLUE_OK,
            curl_url_get(parser, CURLUPART_HOST, &host, 0) == CURLUE_OK, let host
        else { return "" }
        defer { curl_free(host) }
        return String(cString: host)
    }
}
