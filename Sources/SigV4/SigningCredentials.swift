// SPDX-License-Identifier: Apache-2.0

/// What a signature is made with. Only the access key id, which goes over the wire in clear, can be printed.
package struct SigningCredentials: Sendable, Equatable {
    package var accessKeyID: String
    package var secretAccessKey: Secret
    /// Present for temporary credentials; sent as `x-amz-security-token`.
    package var sessionToken: Secret?

    package init(accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}
