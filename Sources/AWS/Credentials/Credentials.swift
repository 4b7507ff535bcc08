// SPDX-License-Identifier: Apache-2.0

package import SigV4

/// AWS credentials: an access key id, a secret access key, an optional session token and an optional expiration.
package struct Credentials: Sendable, Equatable {
    package var signing: SigningCredentials
    /// The expiration in seconds since 1970-01-01T00:00:00Z; nil for credentials that do not expire.
    package var expiration: Double?

    /// Makes credentials. An empty session token counts as none.
    ///
    /// The result is nil when a key is empty, or a part contains a byte outside 0x21...0x7E, such as a line break that
    /// would begin another header.
    package init?(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Double? = nil
    ) {
        let sessionToken = sessionToken == "" ? nil : sessionToken
        let parts = [accessKeyID, secretAccessKey] + (sessionToken.map { [$0] } ?? [])
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            return nil
        }
        signing = SigningCredentials(
            accessKeyID: accessKeyID, secretAccessKey: Secret(secretAccessKey),
            sessionToken: sessionToken.map(Secret.init))
        self.expiration = expiration
    }
}
