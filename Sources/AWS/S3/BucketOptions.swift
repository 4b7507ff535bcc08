// SPDX-License-Identifier: Apache-2.0

package import Support

/// The options for the access to a bucket: to the source buckets, the output bucket or a single bucket.
package struct BucketOptions: Sendable, Equatable {
    /// The id of the account that must own the bucket, 12 digits (`x-amz-expected-bucket-owner`). S3 refuses requests
    /// to a bucket of another account. Nil disables the check.
    package var expectedOwner: String?
    /// True for a Requester Pays bucket (`x-amz-request-payer`).
    package var requesterPays = false
    /// The ARN of a role that is assumed for requests to the bucket, for example when another account owns it; nil for
    /// none.
    package var roleARN: String?
    /// The external id that the trust policy of the role requires; nil for none.
    package var externalID: String?

    /// The ARN of the access point that the requests for the bucket are sent to; nil for the bucket itself.
    package var accessPoint: String?

    package init() {}

    package func problems() -> [OptionProblem] {
        var found: [OptionProblem] = []
        if let expectedOwner,
            expectedOwner.utf8.count != 12 || !expectedOwner.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        {
            found.append(
                OptionProblem(
                    "expectedOwner", expected: "an account id of 12 digits",
                    got: expectedOwner.debugDescription))
        }
        if let roleARN, !roleARN.hasPrefix("arn:") || !roleARN.contains(":role/") {
            found.append(
                OptionProblem(
                    "roleARN", expected: "an ARN such as arn:aws:iam::123456789012:role/name",
                    got: roleARN.debugDescription))
        }
        if let externalID, roleARN == nil {
            found.append(
                OptionProblem("externalID", expected: "a roleARN beside it", got: externalID.debugDescription)
            )
        }
        if let accessPoint, AccessPoint(accessPoint) == nil {
            found.append(
                OptionProblem(
                    "accessPoint",
                    expected: "an ARN such as arn:aws:s3:eu-west-1:123456789012:accesspoint/name",
                    got: accessPoint.debugDescription))
        }
        return found
    }
}
