// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Foundation
import Logging

/// A running server that verifies signatures. Environment variables describe it: `PIXELATOR_LIVE_S3` is its URL,
/// `PIXELATOR_LIVE_BUCKET` an existing bucket, `PIXELATOR_LIVE_QUEUE` (optional) the URL of an existing queue, and
/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_REGION` have their usual meaning. `PIXELATOR_LIVE_WITHOUT`
/// lists the features that the server lacks: `conditions`, `tags`.
enum LiveServer {
    static let environment = ProcessInfo.processInfo.environment
    static let endpoint = environment["PIXELATOR_LIVE_S3"]
    static let bucket = environment["PIXELATOR_LIVE_BUCKET"] ?? ""
    static let queue = environment["PIXELATOR_LIVE_QUEUE"]
    static let lacks = Set(
        (environment["PIXELATOR_LIVE_WITHOUT"] ?? "").split(separator: ",").map(String.init))
    static let isConfigured = endpoint != nil && environment["AWS_ACCESS_KEY_ID"] != nil

    static func session(
        secret: String? = nil, clock: any AWSClock = SystemAWSClock(),
        _ change: (inout AWSOptions) -> Void = { _ in }
    ) async throws -> AWSSession {
        var environment = environment
        if let secret { environment["AWS_SECRET_ACCESS_KEY"] = secret }
        var options = AWSOptions()
        options.endpoints.s3 = endpoint
        options.endpoints.pathStyle = true
        change(&options)
        let host = HostEnvironment(environment: environment, homeDirectory: nil, clock: clock)
        return try await AWSSession(
            options, queueURL: queue, transport: try CurlTransport(), host: host,
            logger: Logger(label: "live"))
    }

    static func object(_ name: String) -> ObjectReference {
        ObjectReference(bucket: bucket, key: "live-\(UInt64.random(in: 0...UInt64.max))/\(name)")
    }
}
