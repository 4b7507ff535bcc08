// SPDX-License-Identifier: Apache-2.0

import Locking
import Logging

/// Tells the log as whom this process acts: once, and again when that is somebody else.
struct IdentityWatch: Sendable {
    let logger: Logger
    private let known = Locked<CallerIdentity?>(nil)

    init(logger: Logger) { self.logger = logger }

    /// Asks STS. Not knowing the answer, for example in a network without a way to STS, changes nothing.
    func look(_ sts: STSClient) async {
        let found: CallerIdentity
        do { found = try await sts.identity() } catch {
            logger.notice(
                "the identity behind the credentials could not be asked for: \(error)",
                metadata: ["event": "identity-unknown", "error_code": "\(error.kind.rawValue)"])
            return
        }
        let before = known.withLock { known in
            defer { known = found }
            return known
        }
        // A session's name may change with each refresh; the role behind it may not go unnoticed.
        guard before?.role != found.role else { return }
        let metadata: Logger.Metadata = [
            "event": "identity", "arn": "\(found.arn)", "account": "\(found.account)",
        ]
        if let before {
            logger.warning("the identity has changed from \(before.arn) to \(found.arn)", metadata: metadata)
        } else {
            logger.info("acting as \(found.arn)", metadata: metadata)
        }
    }
}
