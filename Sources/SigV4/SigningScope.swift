// SPDX-License-Identifier: Apache-2.0

package import Support

/// The credential scope: the day, the region and the service for which a signature is valid.
package struct SigningScope: Sendable, Equatable, CustomStringConvertible {
    /// The AWS region, such as `eu-central-1`; nil for a signature that is valid in several regions, by Signature
    /// Version 4A.
    package let region: String?
    /// The name of the service in signatures, such as `s3`, `sqs` or `sts`.
    package let service: String
    /// The time of the signature as `YYYYMMDDTHHMMSSZ`, in UTC.
    package let timestamp: String
    /// The day of the signature as `YYYYMMDD`, in UTC.
    package let date: String

    package init(time: CivilTime, region: String?, service: String) {
        self.region = region
        self.service = service
        timestamp = time.basicFormat
        date = String(timestamp.prefix(8))
    }

    /// The scope as text, as in the string to sign and in the `Authorization` header:
    /// `20150830/us-east-1/service/aws4_request`.
    package var description: String { "\(date)/\(region.map { "\($0)/" } ?? "")\(service)/aws4_request" }

    /// The name of the signing algorithm, which is also the first word of the `Authorization` header.
    package var algorithm: String { region == nil ? Self.asymmetricAlgorithm : "AWS4-HMAC-SHA256" }

    /// The name of the algorithm of Signature Version 4A.
    static let asymmetricAlgorithm = "AWS4-ECDSA-P256-SHA256"
}
