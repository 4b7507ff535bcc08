// SPDX-License-Identifier: Apache-2.0

import Locking
import Logging

/// Tells the log as whom this process acts: at first, and again whenever there are other keys.
struct IdentityWatch: Sendable {
    let logger: Logger
    private let known = Locked<CallerIdentity?>(nil)

    init(logger: Logger) { self.logger = logger }

    /// Asks STS whose the new keys are. Not knowing the answer, for example in a network without a way to STS,
    /// changes nothing.
    func look(_ sts: STSClient, _ keys: KnownIdentity) async {
        let found: CallerIdentity
        do { found = try await sts.identity() } catch {
            Self.announce(keys, nil, logger, because: "; whose it is could not be asked: \(error)")
            return
        }
        let before = known.withLock { known in
            defer { known = found }
            return known
        }
        // A session's name may change with each refresh; the role behind it may not go unnoticed.
        guard let before, before.role != found.role else {
            return Self.announce(keys, found, logger)
        }
        var metadata = keys.fields(found)
        metadata["event"] = "\(AWSEvent.identity.rawValue)"
        logger.warning(
            "the identity has changed from \(before.arn) to \(found.arn), \(keys.sentence)",
            metadata: metadata)
    }

    /// - Parameter caller: nil when STS was not asked, or `because` says why it did not tell.
    static func announce(
        _ keys: KnownIdentity, _ caller: CallerIdentity?, _ logger: Logger, because reason: String = ""
    ) {
        var metadata = keys.fields(caller)
        metadata["event"] = "\(AWSEvent.identity.rawValue)"
        let who = caller.map { "acting as \($0.arn), " } ?? "acting with "
        logger.notice("\(who)\(keys.sentence)\(reason)", metadata: metadata)
    }
}
