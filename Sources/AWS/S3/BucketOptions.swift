// SPDX-License-Identifier: Apache-2.0

package import Support

/// The options of the source buckets, of the output bucket or of a single bucket.
package struct BucketOptions: Sendable, Equatable {
    /// The id of the account that must own the bucket, 12 digits (`x-amz-expected-bucket-owner`). S3 refuses requests
    /// to a bucket of another account.
    package var expectedOwner: String?
    /// True for buckets whose requesters pay (`x-amz-request-payer`).
    package var requesterPays = false
    /// The ARN of a role to assume for these buckets, for example in another account.
    package var roleARN: String?
    /// The external id that the trust policy of the role requires.
    package var externalID: String?

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
        return found
    }
}
