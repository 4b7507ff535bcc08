// SPDX-License-Identifier: Apache-2.0

package import Support

/// The credential scope: the day, the region and the service for which a signature is valid.
package struct SigningScope: Sendable, Equatable, CustomStringConvertible {
    /// The time of the signature.
    package let time: CivilTime
    /// The region, as `eu-central-1`.
    package let region: String
    /// The signing name of the service, as `s3`, `sqs` or `sts`.
    package let service: String
    /// The day of `time` as `YYYYMMDD`, in UTC.
    package let date: String

    package init(time: CivilTime, region: String, service: String) {
        self.time = time
        self.region = region
        self.service = service
        date = time.basicDate
    }

    /// The scope as the string to sign and the `Authorization` header carry it:
    /// `20150830/us-east-1/service/aws4_request`.
    package var description: String { "\(date)/\(region)/\(service)/aws4_request" }
}
