// SPDX-License-Identifier: Apache-2.0

/// One place that credentials come from. It is asked again for every refresh and never asks another one.
package protocol CredentialSource: Sendable {
    /// For logs: what it is and what it was configured with, nothing secret.
    var name: String { get }

    /// Keep using the old keys, with a later expiry, when a refresh fails: the instance metadata service
    /// hands out expired keys during its own outages and the services then accept them ("static stability").
    var isStaticallyStable: Bool { get }

    /// Fetches now, reading files and tokens anew.
    ///
    /// - Throws: `AWSError` with the kind `.noCredentials` or that of the failed call.
    func fetch() async throws(AWSError) -> Credentials
}

extension CredentialSource {
    package var isStaticallyStable: Bool { false }

    func failure(_ message: String) -> AWSError {
        AWSError(.noCredentials, operation: "credentials", resource: name, message: message)
    }
}
