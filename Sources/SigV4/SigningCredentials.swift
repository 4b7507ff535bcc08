// SPDX-License-Identifier: Apache-2.0

/// The credentials of a signature. Only the access key id, which is sent in clear text, can be printed.
package struct SigningCredentials: Sendable, Equatable {
    package var accessKeyID: String
    package var secretAccessKey: Secret
    /// The session token of temporary credentials, sent as `X-Amz-Security-Token`.
    package var sessionToken: Secret?

    package init(accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}
