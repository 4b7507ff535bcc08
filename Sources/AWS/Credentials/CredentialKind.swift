// SPDX-License-Identifier: Apache-2.0

/// The configured source of credentials.
package enum CredentialKind: String, Sendable, CaseIterable {
    /// The first source in this list that is configured: the profile of `AWSOptions.profile`, keys in the environment,
    /// web identity, the profile of `AWS_PROFILE` or the default one, a container endpoint, the instance metadata
    /// service.
    case automatic
    case environment
    case profile
    case webIdentity = "web-identity"
    case container
    case instance
}
