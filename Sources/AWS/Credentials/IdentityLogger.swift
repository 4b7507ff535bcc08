// SPDX-License-Identifier: Apache-2.0

import Logging
import Support

/// The logger of the AWS identity of this process, which is logged initially and after each change of credentials.
/// `GetCallerIdentity` of STS returns the account and role of an access key.
struct IdentityLogger: Sendable {
    let logger: Logger
    /// The identity that was logged before, nil at first.
    private let previous = Locked<CallerIdentity?>(nil)

    init(logger: Logger) { self.logger = logger }

    /// Calls `GetCallerIdentity` and logs the result: as a warning when the role or user has changed, and as a notice
    /// otherwise. A failed call is part of the notice and has no other effect.
    ///
    /// - Returns: `identity` with the result of `GetCallerIdentity`.
    func identify(_ identity: CredentialIdentity, by sts: STSClient) async -> CredentialIdentity {
        var identity = identity
        do { identity.caller = try await sts.callerIdentity() } catch {
            Self.log(identity, logger, suffix: "; GetCallerIdentity failed: \(error)")
            return identity
        }
        let (now, before) = (identity.caller, previous.withLock { $0 })
        previous.withLock { $0 = now }
        if let before, let now, before.role != now.role {
            Self.log(identity, logger, .warning, changedFrom: before)
        } else {
            Self.log(identity, logger)
        }
        return identity
    }

    /// Logs an identity.
    ///
    /// - Parameters:
    ///   - before: the previous user or role, when it differs from that of `identity`; nil otherwise.
    ///   - suffix: a text that is appended to the log text.
    static func log(
        _ identity: CredentialIdentity, _ logger: Logger, _ level: Logger.Level = .notice,
        changedFrom before: CallerIdentity? = nil, suffix: String = ""
    ) {
        var metadata = identity.fields
        metadata["event"] = "\(AWSEvent.identity.rawValue)"
        let who = identity.caller.map { "acting as \($0.arn), " } ?? "acting with "
        let change = before.map { "the identity has changed from \($0.arn): " } ?? ""
        logger.log(level: level, "\(change)\(who)\(identity.sentence)\(suffix)", metadata: metadata)
    }
}
