// SPDX-License-Identifier: Apache-2.0

/// The credentials that requests are signed with. Only the access key id, which is sent in clear text, appears in
/// descriptions.
package struct SigningCredentials: Sendable, Equatable {
    package var accessKeyID: String
    package var secretAccessKey: Secret
    /// The session token of temporary credentials, sent as the header `X-Amz-Security-Token`; nil for long-term
    /// credentials.
    package var sessionToken: Secret?

    package init(accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}
