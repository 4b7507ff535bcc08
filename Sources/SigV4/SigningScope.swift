// SPDX-License-Identifier: Apache-2.0

/// Where and when a signature is valid: one day, one region, one service.
package struct SigningScope: Sendable, Equatable, CustomStringConvertible {
    package var time: SigningTime
    package var region: String
    /// The signing name, for example `s3`, `sqs`, `sts`.
    package var service: String

    package init(time: SigningTime, region: String, service: String) {
        self.time = time
        self.region = region
        self.service = service
    }

    /// `20150830/us-east-1/service/aws4_request`
    package var description: String { "\(time.day)/\(region)/\(service)/aws4_request" }
}
