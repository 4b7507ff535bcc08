// SPDX-License-Identifier: Apache-2.0

import SigV4

/// A role, taken on with the keys of another source.
struct AssumeRoleSource: CredentialSource {
    let role: RoleOptions
    /// Its caller signs with the keys of the other source.
    let sts: STSClient
    let surroundings: HostEnvironment

    var name: String { "role \(role.arn)" }

    func fetch() async throws(AWSError) -> Credentials {
        var parameters = role.parameters(now: surroundings.clock.now())
        if let externalID = role.externalID { parameters.append(("ExternalId", externalID)) }
        let result = try await sts.send(
            "AssumeRole", parameters, resource: role.arn, isSigned: true,
            secrets: role.externalID.map { [Secret($0)] } ?? [])
        return try sts.credentials(in: result, operation: "AssumeRole", resource: role.arn)
    }
}
