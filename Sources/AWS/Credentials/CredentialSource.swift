// SPDX-License-Identifier: Apache-2.0

/// A source of credentials, such as a profile or the instance metadata service.
package protocol CredentialSource: Sendable {
    /// The kind of the source and its configuration, for logs. The name contains no secret.
    var name: String { get }

    /// True when credentials can be used beyond their expiration while refreshes fail ("static stability"). The
    /// instance metadata service serves expired credentials during its own outages, and AWS services accept them.
    var isStaticallyStable: Bool { get }

    /// Fetches and returns credentials. Files and tokens are read again each time.
    ///
    /// - Throws: `AWSError` of the kind `.noCredentials`, or of the kind of a failed request.
    func fetch() async throws(AWSError) -> Credentials
}

extension CredentialSource {
    package var isStaticallyStable: Bool { false }

    /// Returns the error of kind `.noCredentials` of this source, with `message`.
    func failure(_ message: String) -> AWSError {
        .noCredentials(message, from: name)
    }
}
