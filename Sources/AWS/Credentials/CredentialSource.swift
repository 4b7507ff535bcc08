// SPDX-License-Identifier: Apache-2.0

/// A source of credentials, such as a profile or the instance metadata service.
package protocol CredentialSource: Sendable {
    /// The kind of source and its configuration, for logs. It contains no secret.
    var name: String { get }

    /// True when credentials may be used beyond their expiration while refreshes fail ("static stability"): the
    /// instance metadata service serves expired credentials during its own outages, and the services accept them.
    var isStaticallyStable: Bool { get }

    /// Fetches credentials. Files and tokens are read anew each time.
    ///
    /// - Throws: `AWSError` of the kind `.noCredentials`, or of the kind of the failed call.
    func fetch() async throws(AWSError) -> Credentials
}

extension CredentialSource {
    package var isStaticallyStable: Bool { false }

    /// Makes the error of this source.
    func failure(_ message: String) -> AWSError {
        .noCredentials(message, from: name)
    }
}
