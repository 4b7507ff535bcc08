// SPDX-License-Identifier: Apache-2.0

package import Support

/// What is special about the buckets of one side, source or output, or about a single one.
package struct BucketOptions: Sendable, Equatable {
    /// The account that must own the bucket (12 digits): a bucket of the same name in other hands is refused.
    package var expectedOwner: String?
    /// The bucket's owner makes its readers pay.
    package var requesterPays = false
    /// A role to take on for these buckets, for example in another account.
    package var roleARN: String?
    /// The external id that the role's owner asks for.
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
