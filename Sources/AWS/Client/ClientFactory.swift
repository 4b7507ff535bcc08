// SPDX-License-Identifier: Apache-2.0

import HTTP
import Logging
import SigV4

/// Makes clients from what a session has decided.
struct ClientFactory: Sendable {
    let transport: any Transport
    let surroundings: HostEnvironment
    let endpoints: Endpoints
    let region: Region
    let timeouts: TimeoutOptions
    let maxAttempts: Int
    let logger: Logger
    /// One clock, one correction.
    let skew = ClockSkew()
    let keys = SigningKeys()

    /// Each client has its own retry quota.
    func caller(with credentials: CredentialCache?) -> SignedClient {
        SignedClient(
            transport: transport, credentials: credentials, maxAttempts: maxAttempts,
            surroundings: surroundings,
            skew: skew, quota: RetryQuota(), keys: keys, logger: logger)
    }

    func cache(_ source: any CredentialSource) -> CredentialCache {
        CredentialCache(
            source, clock: surroundings.clock, random: surroundings.random,
            patience: .seconds(timeouts.totalSeconds), logger: logger)
    }

    /// A client of STS; `credentials` are nil for what is asked without a signature.
    func sts(with credentials: CredentialCache?) -> STSClient {
        STSClient(
            caller: caller(with: credentials), endpoint: endpoints.sts(in: region), region: region,
            timeouts: timeouts)
    }
}
