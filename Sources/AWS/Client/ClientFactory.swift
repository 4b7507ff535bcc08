// SPDX-License-Identifier: Apache-2.0

import HTTP
import Logging
import SigV4

/// A factory of the clients of one session, which share the transport, the correction of the clock and the cache of
/// signing keys.
struct ClientFactory: Sendable {
    let transport: any Transport
    let host: HostEnvironment
    let userAgent: String
    let endpoints: Endpoints
    let region: Region
    let timeouts: TimeoutOptions
    let maxAttempts: Int
    let logger: Logger
    /// The names of the settings that contain `endpoints`.
    let endpointSettings: EndpointSettings
    let plainHTTP: PlainHTTP
    let skew = ClockSkew()
    let keys = SigningKeys()
    let metrics = CallMetrics()

    /// Returns a client that has its own retry quota.
    ///
    /// - Parameter credentials: the credentials to sign with; nil for operations that need no signature.
    func client(with credentials: CredentialCache?) -> SignedClient {
        SignedClient(
            transport: transport, credentials: credentials, maxAttempts: maxAttempts, host: host,
            userAgent: userAgent, skew: skew, quota: RetryQuota(), keys: keys, metrics: metrics,
            logger: logger)
    }

    func cache(_ source: any CredentialSource) -> CredentialCache {
        CredentialCache(
            source, clock: host.clock, random: host.random, defaultWait: .seconds(timeouts.totalSeconds),
            logger: logger)
    }

    /// Checks the endpoint of STS, whose responses contain the keys of roles.
    ///
    /// - Throws: `AWSError` of the kind `.configuration` when others can read these responses.
    func checkEndpointForRoles() throws(AWSError) {
        let endpoint = endpoints.sts(in: region)
        guard PlainHTTP.leaves(endpoint) else { return }
        throw AWSError(
            .configuration, operation: endpointSettings.sts,
            message: "must be https, because STS returns the keys of roles (got \(endpoint.rendered))")
    }

    /// Returns a client for STS.
    ///
    /// - Parameter credentials: the credentials to sign with; nil for `AssumeRoleWithWebIdentity`, which needs no
    ///   signature.
    func sts(with credentials: CredentialCache?) -> STSClient {
        STSClient(
            client: client(with: credentials), endpoint: endpoints.sts(in: region), region: region,
            timeouts: timeouts)
    }
}
