// SPDX-License-Identifier: Apache-2.0

import SigV4

/// A role, taken on with a token in a file that somebody else renews: IAM roles for service accounts (IRSA).
struct WebIdentitySource: CredentialSource {
    let role: RoleOptions
    let tokenFile: String
    let sts: STSClient
    let surroundings: HostEnvironment

    var name: String { "web identity for \(role.arn)" }

    func fetch() async throws(AWSError) -> Credentials {
        let token = try token()
        do { return try await exchange(token) } catch {
            // The file may have been renewed between reading it and the answer.
            guard error.kind == .expiredCredentials, let renewed = try? self.token(), renewed != token else {
                throw error
            }
            return try await exchange(renewed)
        }
    }

    private func exchange(_ token: String) async throws(AWSError) -> Credentials {
        let operation = "AssumeRoleWithWebIdentity"
        let parameters = role.parameters(now: surroundings.clock.now()) + [("WebIdentityToken", token)]
        let result = try await sts.send(
            operation, parameters, resource: role.arn, isSigned: false, secrets: [Secret(token)])
        return try sts.credentials(in: result, operation: operation, resource: role.arn)
    }

    private func token() throws(AWSError) -> String {
        guard let text = surroundings.read(surroundings.expanded(tokenFile), limit: 1 << 16) else {
            throw failure("the token file \(tokenFile) cannot be read")
        }
        let token = text.filter { !$0.isWhitespace }
        guard !token.isEmpty else { throw failure("the token file \(tokenFile) is empty") }
        return token
    }
}
