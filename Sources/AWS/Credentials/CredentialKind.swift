// SPDX-License-Identifier: Apache-2.0

/// Which source of credentials to take.
package enum CredentialKind: String, Sendable, CaseIterable {
    /// The first of these that is configured: a profile named in the configuration, keys in the environment,
    /// web identity, a profile named in the environment or the default one, a container endpoint; else the
    /// instance's metadata service.
    case automatic
    case environment
    case profile
    case webIdentity = "web-identity"
    case container
    case instance
}
