// SPDX-License-Identifier: Apache-2.0

/// The identity behind a set of credentials, as `GetCallerIdentity` of STS returns it.
package struct CallerIdentity: Sendable, Equatable {
    package var arn: String
    /// The account id, 12 digits.
    package var account: String

    /// The ARN without the session name of an assumed role. The session name may change with each refresh.
    var role: String {
        guard arn.contains(":assumed-role/"), let slash = arn.lastIndex(of: "/") else { return arn }
        return String(arn[..<slash])
    }
}
