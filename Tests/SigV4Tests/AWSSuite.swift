// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import Support
import Testing

/// The files of AWS's signing suite: for each case a request (.req), its canonical request (.creq), string to sign
/// (.sts) and `Authorization` header (.authz).
enum AWSSuite {
    /// The folder `corpus/sigv4` below `PIXELATOR_SHARED`, or below the folder `shared` beside the repository; nil when
    /// it does not exist.
    static let folder: Foundation.URL? = {
        let package = Foundation.URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let shared =
            ProcessInfo.processInfo.environment["PIXELATOR_SHARED"].map { Foundation.URL(filePath: $0) }
            ?? package.deletingLastPathComponent().appending(path: "shared")
        let folder = shared.appending(path: "corpus/sigv4")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    struct Case: Sendable {
        /// The path without its extension.
        var stem: String

        func text(_ kind: String) throws -> String {
            try String(contentsOfFile: "\(stem).\(kind)", encoding: .utf8).replacing("\r\n", with: "\n")
        }

        /// Parses the .req file. Its path and query are not encoded, but as the service sees them after decoding.
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

    /// The cases in order of their names; none when there is no folder.
    static func cases() throws -> [Case] {
        guard let folder else { return [] }
        let files = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
        return files.filter { $0.hasSuffix(".req") }.sorted()
            .map { Case(stem: folder.appending(path: $0).path.replacing(".req", with: "")) }
    }
}
