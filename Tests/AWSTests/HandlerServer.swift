// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import Support

/// A loopback server that answers each request by what a handler says, on any number of connections.
final class HandlerServer: Sendable {
    struct Answer: Sendable {
        var status = 200
        var headers: Headers = [:]
        var body = ""
        /// Never answer at all.
        var isSilent = false

        static let silence = Answer(isSilent: true)
        static func error(_ status: Int, _ body: String = "") -> Answer { Answer(status: status, body: body) }
        static func ok(_ body: String) -> Answer { Answer(body: body) }
    }

    private let server: LoopbackServer

    init(on family: LoopbackServer.Family = .ipv4, _ handler: @escaping @Sendable (LoopbackRequest) -> Answer)
        throws
    {
        server = try LoopbackServer(
            on: family,
            scripts: [
                { peer in
                    while true {
                        let answer = handler(try peer.readRequest())
                        if answer.isSilent { try peer.holdUntilHangUp() }
                        try peer.respond(
                            answer.status, headers: answer.headers, body: Array(answer.body.utf8))
                    }
                }
            ])
    }

    var base: String { String(server.url("/").rendered.dropLast()) }
    var received: [LoopbackRequest] { server.received }
    var requests: LoopbackTally { server.requests }
}

/// A file whose contents a test changes.
final class TemporaryFile: Sendable {
    let path = "\(NSTemporaryDirectory())pixelator-\(UUID().uuidString)"

    init(_ text: String) throws { try write(text) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }
    func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path), options: .atomic) }
}

enum ISO {
    static func text(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }
}
