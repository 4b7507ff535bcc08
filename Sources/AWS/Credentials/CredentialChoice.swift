// SPDX-License-Identifier: Apache-2.0

/// The choice of the source of credentials from the configuration and the environment. An incomplete or failing
/// configured source is an error. No other source is chosen instead, because that would be another identity.
struct CredentialChoice: Sendable {
    let kind: CredentialKind
    /// The profile name in `AWSOptions.profile`, which has precedence over the environment; nil when it is not set.
    let profile: String?
    let profiles: ProfileFile
    /// The factory of the clients for sources that call STS.
    let factory: ClientFactory
    var host: HostEnvironment { factory.host }

    /// Returns the source of credentials that the configuration and the environment determine.
    ///
    /// - Throws: `AWSError` of the kind `.noCredentials`, whose message contains the missing setting.
    func source() throws(AWSError) -> any CredentialSource {
        switch kind {
        case .automatic: return try automatic()
        case .environment: return EnvironmentSource(host: host)
        case .profile: return try profileSource(effectiveProfile ?? "default", visited: [])
        case .webIdentity:
            guard let source = try webIdentityFromEnvironment() else {
                throw problem("AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are not set")
            }
            return source
        case .container: return container()
        case .instance: return InstanceSource(transport: factory.transport, host: host)
        }
    }

    private var effectiveProfile: String? { profile ?? host.profile }

    private func automatic() throws(AWSError) -> any CredentialSource {
        if let profile { return try profileSource(profile, visited: []) }
        if EnvironmentSource.isConfigured(host) {
            return EnvironmentSource(host: host)
        }
        if let source = try webIdentityFromEnvironment() { return source }
        if let named = host.profile { return try profileSource(named, visited: []) }
        if Self.isAboutCredentials(profiles["default"] ?? [:]) {
            return try profileSource("default", visited: [])
        }
        if ContainerSource.isConfigured(host) { return container() }
        if !InstanceSource.isDisabled(host) {
            return InstanceSource(transport: factory.transport, host: host)
        }
        throw problem(
            "no keys, profile, web identity or container is configured, and instance metadata is disabled"
        )
    }

    private func container() -> ContainerSource {
        ContainerSource(
            client: MetadataTransport(
                transport: factory.transport, clock: host.clock, timeout: .seconds(2), attempts: 3),
            host: host)
    }

    private func webIdentityFromEnvironment() throws(AWSError) -> WebIdentitySource? {
        let (file, arn) = (
            host.variable("AWS_WEB_IDENTITY_TOKEN_FILE"), host.variable("AWS_ROLE_ARN")
        )
        if file == nil && arn == nil { return nil }
        guard let file else { throw problem("AWS_ROLE_ARN is set without AWS_WEB_IDENTITY_TOKEN_FILE") }
        guard let arn else { throw problem("AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN") }
        let role = RoleOptions(arn: arn, sessionName: host.variable("AWS_ROLE_SESSION_NAME"))
        return try webIdentity(role, file)
    }

    private func webIdentity(_ role: RoleOptions, _ file: String) throws(AWSError) -> WebIdentitySource {
        try factory.checkEndpointForRoles()
        return WebIdentitySource(role: role, tokenFile: file, sts: factory.sts(with: nil), host: host)
    }

    /// Returns true when the settings of a profile contain any setting for credentials, complete or not.
    private static func isAboutCredentials(_ values: [String: String]) -> Bool {
        let keys = staticKeys + roleKeys + browserKeys + ["role_arn", "credential_process"]
        return keys.contains { values[$0] != nil }
    }

    private static let staticKeys = [
        "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token",
    ]
    /// The names of profile settings that have no effect without `role_arn`.
    private static let roleKeys = ["source_profile", "credential_source", "web_identity_token_file"]

    /// The names of profile settings for a sign-in in a browser, which is not supported.
    private static let browserKeys = [
        "sso_session", "sso_start_url", "sso_account_id", "sso_role_name", "login_session",
    ]

    /// Returns the source of credentials for a profile: a role, or else static keys in the credentials file, or else a
    /// credential process, or else static keys in the config file, in the order of botocore.
    ///
    /// - Parameter visited: the names of the profiles whose `source_profile` settings led to this one, for the
    ///   detection of cycles.
    private func profileSource(
        _ name: String, visited: [String]
    ) throws(AWSError) -> any CredentialSource {
        guard let values = profiles[name] else {
            throw problem("there is no profile \(name) in the shared config and credentials files")
        }
        // A profile may name itself as the source of the keys for its role.
        let isOwnSource = visited.last == name
        if !isOwnSource, let role = RoleOptions(profile: values) {
            guard !visited.contains(name) else {
                throw problem(
                    "the profiles \((visited + [name]).joined(separator: ", ")) refer to each other")
            }
            return try roleSource(role, values, name, visited + [name])
        }
        if let command = values["credential_process"], profiles.keys(of: name)?.isInConfig != false {
            return ProcessSource(command: command, host: host)
        }
        if Self.staticKeys.contains(where: { values[$0] != nil }) {
            return ProfileSource(profile: name, host: host)
        }
        let places = profiles.paths.joined(separator: " and ")
        if let key = Self.browserKeys.first(where: { values[$0] != nil }) {
            throw problem(
                "profile \(name) signs in through a browser (\(key) in \(places)), which a daemon cannot do")
        }
        if values["role_arn"] == nil, let key = Self.roleKeys.first(where: { values[$0] != nil }) {
            throw problem("profile \(name) has \(key) without role_arn in \(places)")
        }
        throw problem("profile \(name) has neither role_arn nor aws_access_key_id nor credential_process")
    }

    private func roleSource(
        _ role: RoleOptions, _ values: [String: String], _ name: String, _ visited: [String]
    ) throws(AWSError) -> any CredentialSource {
        if let file = values["web_identity_token_file"] { return try webIdentity(role, file) }
        try factory.checkEndpointForRoles()
        let base: any CredentialSource
        switch (values["source_profile"], values["credential_source"]) {
        case (.some, .some):
            throw problem("profile \(name) has both source_profile and credential_source")
        case (let source?, nil): base = try profileSource(source, visited: visited)
        case (nil, "Environment"): base = EnvironmentSource(host: host)
        case (nil, "EcsContainer"): base = container()
        case (nil, "Ec2InstanceMetadata"):
            base = InstanceSource(transport: factory.transport, host: host)
        case (nil, let other?):
            throw problem(
                "profile \(name): credential_source must be Environment, EcsContainer or Ec2InstanceMetadata "
                    + "(got \(other))"
            )
        case (nil, nil):
            throw problem(
                "profile \(name) has role_arn without source_profile, credential_source or "
                    + "web_identity_token_file"
            )
        }
        return AssumeRoleSource(
            role: role, sts: factory.sts(with: factory.cache(base)), host: host)
    }

    private func problem(_ message: String) -> AWSError {
        AWSError(.noCredentials, operation: "credentials", message: message)
    }
}
