// SPDX-License-Identifier: Apache-2.0

package import SigV4

/// Keys as a source gave them.
package struct Credentials: Sendable, Equatable {
    package var signing: SigningCredentials
    /// Seconds since the epoch; nil for keys that do not expire.
    package var expiration: Double?

    /// Nil when a part is empty or carries a byte that could start a header of its own.
    package init?(
        accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Double? = nil
    ) {
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
