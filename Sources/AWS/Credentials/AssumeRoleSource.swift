// SPDX-License-Identifier: Apache-2.0

import SigV4

/// The source of credentials that assumes an IAM role with the credentials of another source.
struct AssumeRoleSource: CredentialSource {
    let role: RoleOptions
    /// The client for STS, which signs the `AssumeRole` request with the credentials of another source, such as a
    /// profile.
    let sts: STSClient
    let host: HostEnvironment

    var name: String { "role \(role.arn)" }

    func fetch() async throws(AWSError) -> Credentials {
        var parameters = role.parameters(now: host.clock.now())
        if let externalID = role.externalID { parameters.append(("ExternalId", externalID)) }
        let result = try await sts.send(
            "AssumeRole", parameters, resource: role.arn, isSigned: true,
            secrets: role.externalID.map { [Secret($0)] } ?? [])
        return try sts.credentials(in: result, operation: "AssumeRole", resource: role.arn)
    }
}
