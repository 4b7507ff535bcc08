// SPDX-License-Identifier: Apache-2.0

/// Chooses one source of credentials by what is configured, once. A configured source that fails is an error:
/// it is never passed over for another one, which would be another identity.
struct CredentialChoice: Sendable {
    let kind: CredentialKind
    /// The profile named in the configuration, which wins over everything found around the process.
    let profile: String?
    let profiles: ProfileFile
    /// Makes what the sources need to reach services.
    let workshop: ClientFactory
    var surroundings: HostEnvironment { workshop.surroundings }

    func source() throws(AWSError) -> any CredentialSource {
        switch kind {
        case .automatic: return try automatic()
        case .environment: return EnvironmentSource(surroundings: surroundings)
        case .profile: return try profileSource(effectiveProfile ?? "default", visited: [])
        case .webIdentity:
            guard let source = try webIdentityFromEnvironment() else {
                throw refusal("AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are not set")
            }
            return source
        case .container: return container()
        case .instance: return InstanceSource(transport: workshop.transport, surroundings: surroundings)
        }
    }

    private var effectiveProfile: String? { profile ?? surroundings.profile }

    private func automatic() throws(AWSError) -> any CredentialSource {
        if let profile { return try profileSource(profile, visited: []) }
        if EnvironmentSource.isConfigured(surroundings) {
            return EnvironmentSource(surroundings: surroundings)
        }
        if let source = try webIdentityFromEnvironment() { return source }
        if let named = surroundings.profile { return try profileSource(named, visited: []) }
        if Self.isAboutCredentials(profiles["default"] ?? [:]) {
            return try profileSource("default", visited: [])
        }
        if ContainerSource.isConfigured(surroundings) { return container() }
        if !InstanceSource.isDisabled(surroundings) {
            return InstanceSource(transport: workshop.transport, surroundings: surroundings)
        }
        throw refusal(
            "no keys, profile, web identity or container is configured, and instance metadata is disabled"
        )
    }

    private func container() -> ContainerSource {
        ContainerSource(
            client: MetadataClient(
                transport: workshop.transport, clock: surroundings.clock, timeout: .seconds(2), attempts: 3),
            surroundings: surroundings)
    }

    private func webIdentityFromEnvironment() throws(AWSError) -> WebIdentitySource? {
        let (file, arn) = (
            surroundings.variable("AWS_WEB_IDENTITY_TOKEN_FILE"), surroundings.variable("AWS_ROLE_ARN")
        )
        if file == nil && arn == nil { return nil }
        guard let file else { throw refusal("AWS_ROLE_ARN is set without AWS_WEB_IDENTITY_TOKEN_FILE") }
        guard let arn else { throw refusal("AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN") }
        let role = RoleOptions(arn: arn, sessionName: surroundings.variable("AWS_ROLE_SESSION_NAME"))
        return webIdentity(role, file)
    }

    private func webIdentity(_ role: RoleOptions, _ file: String) -> WebIdentitySource {
        WebIdentitySource(
            role: role, tokenFile: file, sts: workshop.sts(with: nil), surroundings: surroundings)
    }

    /// Whether a profile speaks of credentials at all, be it incompletely.
    private static func isAboutCredentials(_ values: [String: String]) -> Bool {
        let keys = staticKeys + roleKeys + browserKeys + ["role_arn", "credential_process"]
        return keys.contains { values[$0] != nil }
    }

    private static let staticKeys = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"]
    /// They mean nothing without `role_arn`.
    private static let roleKeys = ["source_profile", "credential_source", "web_identity_token_file"]

    /// Those of a person who signs in.
    private static let browserKeys = [
        "sso_session", "sso_start_url", "sso_account_id", "sso_role_name", "login_session",
    ]

    /// What a profile says, in the order of botocore: a role first, then static keys, then a process.
    private func profileSource(
        _ name: String, visited: [String]
    ) throws(AWSError) -> any CredentialSource {
        guard let values = profiles[name] else {
            throw refusal("there is no profile \(name) in the shared config and credentials files")
        }
        // A profile may name itself as the source of the keys for its role.
        let isOwnSource = visited.last == name
        if !isOwnSource, let role = RoleOptions(profile: values) {
            guard !visited.contains(name) else {
                throw refusal(
                    "the profiles \((visited + [name]).joined(separator: ", ")) refer to each other")
            }
            return try roleSource(role, values, name, visited + [name])
        }
        if let command = values["credential_process"], values["aws_access_key_id"] == nil {
            return ProcessSource(command: command, surroundings: surroundings)
        }
        if Self.staticKeys.contains(where: { values[$0] != nil }) {
            return ProfileSource(profile: name, surroundings: surroundings)
        }
        let places = profiles.paths.joined(separator: " and ")
        if let key = Self.browserKeys.first(where: { values[$0] != nil }) {
            throw refusal(
                "profile \(name) signs in through a browser (\(key) in \(places)), which a daemon cannot do")
        }
        if values["role_arn"] == nil, let key = Self.roleKeys.first(where: { values[$0] != nil }) {
            throw refusal("profile \(name) has \(key) without role_arn in \(places)")
        }
        throw refusal("profile \(name) has neither role_arn nor aws_access_key_id nor credential_process")
    }

    private func roleSource(
        _ role: RoleOptions, _ values: [String: String], _ name: String, _ visited: [String]
    ) throws(AWSError) -> any CredentialSource {
        if let file = values["web_identity_token_file"] { return webIdentity(role, file) }
        let base: any CredentialSource
        switch (values["source_profile"], values["credential_source"]) {
        case (.some, .some):
            throw refusal("profile \(name) has both source_profile and credential_source")
        case (let source?, nil): base = try profileSource(source, visited: visited)
        case (nil, "Environment"): base = EnvironmentSource(surroundings: surroundings)
        case (nil, "EcsContainer"): base = container()
        case (nil, "Ec2InstanceMetadata"):
            base = InstanceSource(transport: workshop.transport, surroundings: surroundings)
        case (nil, let other?):
            throw refusal(
                "profile \(name): credential_source \(other) is none of Environment, EcsContainer and "
                    + "Ec2InstanceMetadata"
            )
        case (nil, nil):
            throw refusal(
                "profile \(name) has role_arn without source_profile, credential_source or "
                    + "web_identity_token_file"
            )
        }
        return AssumeRoleSource(
            role: role, sts: workshop.sts(with: workshop.cache(base)), surroundings: surroundings)
    }

    private func refusal(_ message: String) -> AWSError {
        AWSError(.noCredentials, operation: "credentials", message: message)
    }
}
