// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import SigV4
import Support
import Testing

/// One request with the values that botocore computed for it: a line of the output of `Cases/botocore_cases.py`.
struct BotocoreCase: Decodable, Sendable {
    /// The rule that a case of `named.jsonl` is for.
    var name: String?
    var s3: Bool
    var region: String
    var service: String
    var time: Int
    var accessKeyID: String
    var secretAccessKey: String
    var sessionToken: String?
    var method: String
    var scheme: String
    var host: String
    var port: Int?
    var path: String
    var query: [[String]]
    var headers: [[String]]
    var body: String
    var canonical: String
    var stringToSign: String
    var authorization: String

    static let folder = Foundation.URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "Cases")

    static func decode(_ lines: Data) throws -> [BotocoreCase] {
        try lines.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(BotocoreCase.self, from: $0)
        }
    }

    static func stored(_ file: String) throws -> [BotocoreCase] {
        try decode(Data(contentsOf: folder.appending(path: file)))
    }

    var request: Request {
        get throws {
            var url = HTTP.URL(
                try #require(HTTP.URL.Scheme(rawValue: scheme)), host: host, port: port, path: path)
            url.query = query.map { HTTP.URL.QueryItem($0[0], $0[1]) }
            var request = Request(
                try #require(Request.Method(rawValue: method)), url, body: Array(body.utf8))
            for field in headers { request.headers.add(field[0], field[1]) }
            return request
        }
    }

    /// Signs the request and compares the value of each step, so that a failure names the step.
    func check(_ location: SourceLocation = #_sourceLocation) throws {
        let credentials = SigningCredentials(
            accessKeyID: accessKeyID, secretAccessKey: Secret(secretAccessKey),
            sessionToken: sessionToken.map(Secret.init))
        let time = CivilTime(secondsSinceEpoch: self.time)
        let signer = s3 ? Signer.s3(region: region) : Signer(region: region, service: service)
        let signed = signer.sign(try request, with: credentials, at: time)
        let canonical = CanonicalRequest(
            signed, payload: PayloadHash(of: Array(body.utf8)), path: signer.pathRule)
        let name = Comment(rawValue: name ?? "\(method) \(path)")
        #expect(canonical.text == self.canonical, name, sourceLocation: location)
        let scope = SigningScope(time: time, region: region, service: service)
        #expect(StringToSign(canonical, scope: scope).text == stringToSign, name, sourceLocation: location)
        #expect(signed.headers["Authorization"] == authorization, name, sourceLocation: location)
    }
}
