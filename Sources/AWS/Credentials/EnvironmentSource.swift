// SPDX-License-Identifier: Apache-2.0

/// The source of credentials that reads the environment variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for
/// temporary credentials, `AWS_SESSION_TOKEN` (or the older `AWS_SECURITY_TOKEN`) and `AWS_CREDENTIAL_EXPIRATION`.
/// `aws configure export-credentials` prints these variables.
struct EnvironmentSource: CredentialSource {
    let name = "environment"
    let host: HostEnvironment

    /// Returns true when `AWS_ACCESS_KEY_ID` or `AWS_SECRET_ACCESS_KEY` is set. When only one of them is set, `fetch`
    /// throws, and no other source is chosen.
    static func isConfigured(_ host: HostEnvironment) -> Bool {
        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].contains { host.variable($0) != nil }
    }

    func fetch() async throws(AWSError) -> Credentials {
        guard let id = host.variable("AWS_ACCESS_KEY_ID") else {
            throw failure("AWS_ACCESS_KEY_ID is not set")
        }
        guard let secret = host.variable("AWS_SECRET_ACCESS_KEY") else {
            throw failure("AWS_SECRET_ACCESS_KEY is not set")
        }
        var expiration: Double?
        if let text = host.variable("AWS_CREDENTIAL_EXPIRATION") {
            expiration = ExpirationTime.parse(text)
            guard expiration != nil else {
                throw failure("AWS_CREDENTIAL_EXPIRATION is not a time with a date and a zone")
            }
        }
        guard
            let credentials = Credentials(
                accessKeyID: id, secretAccessKey: secret,
                sessionToken: host.variable("AWS_SECURITY_TOKEN") ?? host.variable("AWS_SESSION_TOKEN"),
                expiration: expiration)
        else { throw failure("the keys contain white space or control characters") }
        return credentials
    }
}
