// SPDX-License-Identifier: Apache-2.0

/// The identity of credentials, as `GetCallerIdentity` of STS returns it.
package struct CallerIdentity: Sendable, Equatable {
    package var arn: String
    /// The id of the AWS account, 12 digits.
    package var account: String

    /// The ARN of the user or role, without the session name of an assumed role, which can change with each refresh of
    /// the credentials.
    var role: String {
        guard arn.contains(":assumed-role/"), let slash = arn.lastIndex(of: "/") else { return arn }
        return String(arn[..<slash])
    }
}
