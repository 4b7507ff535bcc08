// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import SigV4
import Support
import Testing

/// The signing suite that AWS publishes: per case a raw request (.req), canonical request (.creq), string to
/// sign (.sts) and Authorization value (.authz).
@Suite(.enabled(if: AWSSuite.folder != nil, "needs AWS's signing suite: PIXELATOR_SHARED/corpus/sigv4"))
struct `The signing suite of AWS` {
    @Test func `every case is there`() throws {
        #expect(try AWSSuite.cases().count == 34)
    }

    @Test(arguments: (try? AWSSuite.cases()) ?? [])
    func `each step has the published value`(_ it: AWSSuite.Case) throws {
        let request = try it.request()
        // One case gives its token beside the request, where only the expected text shows it.
        let token = try it.text("creq").split(separator: "\n")
            .first { $0.hasPrefix("x-amz-security-token:") }?.split(separator: ":").last.map(String.init)
        let credentials = SigningCredentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            sessionToken: token.map(Secret.init))
        // 2015-08-30T12:36:00Z
        let time = CivilTime(secondsSinceEpoch: 1_440_938_160)
        let scope = SigningScope(time: time, region: "us-east-1", service: "service")
        let signed = Signer(region: "us-east-1", service: "service")
            .sign(request, with: credentials, at: time)
        let canonical = CanonicalRequest(
            signed, payload: PayloadHash(of: request.body), path: .normalizedAndEncodedTwice)
        #expect(canonical.text == (try it.text("creq")))
        #expect(StringToSign(canonical, scope: scope).text == (try it.text("sts")))
        #expect(signed.headers["Authorization"] == (try it.text("authz")))
    }
}

enum AWSSuite {
    static let folder: Foundation.URL? = {
        let package = Foundation.URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let shared =
            ProcessInfo.processInfo.environment["PIXELATOR_SHARED"].map { Foundation.URL(filePath: $0) }
            ?? package.deletingLastPathComponent().appending(path: "shared")
        let folder = shared.appending(path: "corpus/sigv4")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    struct Case: Sendable, CustomTestStringConvertible {
        /// The path without its extension.
        var stem: String
        var testDescription: String { stem.split(separator: "/").last.map(String.init) ?? stem }

        func text(_ kind: String) throws -> String {
            try String(contentsOfFile: "\(stem).\(kind)", encoding: .utf8).replacing("\r\n", with: "\n")
        }

        /// The suite's requests are not encoded: its paths and queries are what the service would see
        /// decoded.
        func request() throws -> Request {
            let parts = try text("req").split(separator: "\n\n", maxSplits: 1)
            var lines = parts[0].split(separator: "\n")
            let start = lines.removeFirst()
            let method = try #require(
                start.split(separator: " ").first.flatMap { Request.Method(rawValue: String($0)) })
            let target = start.dropFirst(method.rawValue.count + 1).dropLast(" HTTP/1.1".count)
            let mark = target.firstIndex(of: "?") ?? target.endIndex
            var url = HTTP.URL(.https, host: "example.amazonaws.com", path: String(target[..<mark]))
            for pair in target[mark...].dropFirst().split(separator: "&") {
                let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                url.query.append(
                    .init(
                        sides[0].percentDecoded() ?? String(sides[0]),
                        sides.count > 1 ? sides[1].percentDecoded() ?? String(sides[1]) : ""))
            }
            var headers: [(String, String)] = []
            for line in lines {
                guard !line.hasPrefix(" "), let colon = line.firstIndex(of: ":") else {
                    headers[headers.count - 1].1 += "\n" + line
                    continue
                }
                headers.append((String(line[..<colon]), String(line[colon...].dropFirst())))
            }
            var request = Request(method, url, body: parts.count > 1 ? Array(parts[1].utf8) : [])
            for (name, value) in headers { request.headers.add(name, value) }
            return request
        }
    }

    static func cases() throws -> [Case] {
        guard let folder else { return [] }
        let files = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
        return files.filter { $0.hasSuffix(".req") }.sorted()
            .map { Case(stem: folder.appending(path: $0).path.replacing(".req", with: "")) }
    }
}
