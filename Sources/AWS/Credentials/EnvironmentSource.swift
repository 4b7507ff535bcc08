// SPDX-License-Identifier: Apache-2.0

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, for temporary keys, `AWS_SESSION_TOKEN`.
struct EnvironmentSource: CredentialSource {
    let name = "environment"
    let surroundings: HostEnvironment

    /// Half a pair counts: it is an error, and no reason to act as somebody else.
    static func isConfigured(_ surroundings: HostEnvironment) -> Bool {
        ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].contains { surroundings.variable($0) != nil }
    }

    func fetch() async throws(AWSError) -> Credentials {
        guard let id = surroundings.variable("AWS_ACCESS_KEY_ID") else {
            throw failure("AWS_ACCESS_KEY_ID is not set")
        }
        guard let secret = surroundings.variable("AWS_SECRET_ACCESS_KEY") else {
            throw failure("AWS_SECRET_ACCESS_KEY is not set")
        }
        guard
            let credentials = Credentials(
                accessKeyID: id, secretAccessKey: secret,
                sessionToken: surroundings.variable("AWS_SESSION_TOKEN"))
        else { throw failure("the keys contain white space or control characters") }
        return credentials
    }
}
