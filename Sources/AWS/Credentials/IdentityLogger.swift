// SPDX-License-Identifier: Apache-2.0

import Logging
import Support

/// Tells the log as whom this process acts: at first, and again whenever there are other keys.
struct IdentityLogger: Sendable {
    let logger: Logger
    private let known = Locked<CallerIdentity?>(nil)

    init(logger: Logger) { self.logger = logger }

    /// Asks STS whose the new keys are. Not knowing the answer, for example in a network without a way to STS,
    /// changes nothing.
    ///
    /// - Returns: the keys with the answer.
    func look(_ sts: STSClient, _ keys: CredentialIdentity) async -> CredentialIdentity {
        var keys = keys
        do { keys.caller = try await sts.identity() } catch {
            Self.announce(keys, logger, because: "; whose it is could not be asked: \(error)")
            return keys
        }
        let (now, before) = (keys.caller, known.withLock { $0 })
        known.withLock { $0 = now }
        // A session's name may change with each refresh; the role behind it may not go unnoticed.
        if let before, let now, before.role != now.role {
            Self.announce(keys, logger, .warning, changed: before)
        } else {
            Self.announce(keys, logger)
        }
        return keys
    }

    /// - Parameters:
    ///   - reason: why STS did not tell, if it was asked.
    ///   - before: who we were, if that was somebody else.
    static func announce(
        _ keys: CredentialIdentity, _ logger: Logger, _ level: Logger.Level = .notice,
        because reason: String = "",
        changed before: CallerIdentity? = nil
    ) {
        var metadata = keys.fields
        metadata["event"] = "\(AWSEvent.identity.rawValue)"
        let who = keys.caller.map { "acting as \($0.arn), " } ?? "acting with "
        let change = before.map { "the identity has changed from \($0.arn): " } ?? ""
        logger.log(level: level, "\(change)\(who)\(keys.sentence)\(reason)", metadata: metadata)
    }
}
