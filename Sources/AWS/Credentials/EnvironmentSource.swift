// SPDX-License-Identifier: Apache-2.0

/// The source that reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary keys, `AWS_SESSION_TOKEN`.
struct EnvironmentSource: CredentialSource {
    let name = "environment"
    let host: HostEnvironment

    /// Returns true when one of the two keys is set. An incomplete pair is an error of this source, not a reason to
    /// choose another one.
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
        guard
            let credentials = Credentials(
                accessKeyID: id, secretAccessKey: secret,
                sessionToken: host.variable("AWS_SESSION_TOKEN"))
        else { throw failure("the keys contain white space or control characters") }
        return credentials
    }
}
