// SPDX-License-Identifier: Apache-2.0

import SigV4

/// The source of credentials that assumes a role with a web identity token from a file, for example that of a
/// Kubernetes service account with an IAM role (IRSA).
///
/// The file is read for each refresh, because the platform replaces the token before the token expires.
struct WebIdentitySource: CredentialSource {
    let role: RoleOptions
    let tokenFile: String
    let sts: STSClient
    let host: HostEnvironment

    var name: String { "web identity for \(role.arn)" }

    func fetch() async throws(AWSError) -> Credentials {
        let token = try token()
        do { return try await exchange(token) } catch {
            // The platform may have replaced the token between reading it and the response.
            guard error.kind == .expiredCredentials, let renewed = try? self.token(), renewed != token else {
                throw error
            }
            return try await exchange(renewed)
        }
    }

    private func exchange(_ token: String) async throws(AWSError) -> Credentials {
        let operation = "AssumeRoleWithWebIdentity"
        let parameters = role.parameters(now: host.clock.now()) + [("WebIdentityToken", token)]
        let result = try await sts.send(
            operation, parameters, resource: role.arn, isSigned: false, secrets: [Secret(token)])
        return try sts.credentials(in: result, operation: operation, resource: role.arn)
    }

    private func token() throws(AWSError) -> String {
        guard let text = host.read(host.expanded(tokenFile), limit: 1 << 16) else {
            throw failure("the token file \(tokenFile) cannot be read")
        }
        let token = text.filter { !$0.isWhitespace }
        guard !token.isEmpty else { throw failure("the token file \(tokenFile) is empty") }
        return token
    }
}
