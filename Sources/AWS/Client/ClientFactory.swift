// SPDX-License-Identifier: Apache-2.0

import HTTP
import Logging
import SigV4

/// Makes the clients of one session. They share the transport, the clock correction and the derived signing keys.
struct ClientFactory: Sendable {
    let transport: any Transport
    let host: HostEnvironment
    let userAgent: String
    let endpoints: Endpoints
    let region: Region
    let timeouts: TimeoutOptions
    let maxAttempts: Int
    let logger: Logger
    let skew = ClockSkew()
    let keys = SigningKeys()

    /// Makes a client with its own retry quota.
    ///
    /// - Parameter credentials: nil for operations that take no signature.
    func client(with credentials: CredentialCache?) -> SignedClient {
        SignedClient(
            transport: transport, credentials: credentials, maxAttempts: maxAttempts, host: host,
            userAgent: userAgent, skew: skew, quota: RetryQuota(), keys: keys, logger: logger)
    }

    func cache(_ source: any CredentialSource) -> CredentialCache {
        CredentialCache(
            source, clock: host.clock, random: host.random, defaultWait: .seconds(timeouts.totalSeconds),
            logger: logger)
    }

    /// Makes a client of STS.
    ///
    /// - Parameter credentials: nil for `AssumeRoleWithWebIdentity`, which takes no signature.
    func sts(with credentials: CredentialCache?) -> STSClient {
        STSClient(
            client: client(with: credentials), endpoint: endpoints.sts(in: region), region: region,
            timeouts: timeouts)
    }
}
