// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted

/// A loopback server whose handler makes the response to each request, on any number of connections.
final class HandlerServer: Sendable {
    struct Reply: Sendable {
        var status = 200
        var headers: Headers = [:]
        var body = ""
        /// True to send no response and keep the connection open.
        var isSilent = false

        static let noResponse = Reply(isSilent: true)
        static func error(_ status: Int, _ body: String = "") -> Reply { Reply(status: status, body: body) }
        static func ok(_ body: String) -> Reply { Reply(body: body) }
    }

    private let server: LoopbackServer

    init(on family: LoopbackServer.Family = .ipv4, _ handler: @escaping @Sendable (LoopbackRequest) -> Reply)
        throws
    {
        server = try LoopbackServer(
            on: family,
            scripts: [
                { peer in
                    while true {
                        let reply = handler(try peer.readRequest())
                        if reply.isSilent { try peer.holdUntilHangUp() }
                        try peer.respond(
                            reply.status, headers: reply.headers, body: Array(reply.body.utf8))
                    }
                }
            ])
    }

    var base: String { String(server.url("/").rendered.dropLast()) }
    var received: [LoopbackRequest] { server.received }
    var requests: LoopbackCounter { server.requests }
}
