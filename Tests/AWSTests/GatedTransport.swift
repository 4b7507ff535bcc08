// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Support

/// A transport whose container endpoint returns credentials of half an hour while it is open and makes requests wait
/// while it is closed. All other requests get the response that a test has set.
final class GatedTransport: Transport {
    private let gate = GatedSource(GatedSource.keys("A", until: 1800))
    private let others = Locked<@Sendable () -> Response>({ Response(status: 200) })

    /// The number of requests for credentials.
    var fetches: Int { gate.fetches }

    func close() { gate.close() }
    func open() { gate.open() }
    func respond(_ body: @escaping @Sendable () -> Response) { others.withLock { $0 = body } }

    func send(_ request: Request) async throws(TransportError) -> Response {
        guard request.url.host == "169.254.170.2" else {
            let response = others.withLock { $0 }
            return response()
        }
        _ = try? await gate.fetch()
        let keys =
            #"{"AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t","Expiration":"\#(ISO8601.text(1800))"}"#
        return Response(status: 200, body: Array(keys.utf8))
    }
}
