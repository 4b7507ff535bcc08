// SPDX-License-Identifier: Apache-2.0

import Logging
import SigV4
import Support

/// The publisher of the identity of one source's credentials. Readers get the identity without waiting, and its changes
/// are logged.
final class IdentityPublisher: Sendable {
    /// A function that completes an identity, for example by `GetCallerIdentity`, logs it and returns it.
    typealias Observer = @Sendable (CredentialIdentity) async -> CredentialIdentity

    private let source: String
    private let logger: Logger
    private let published = Locked<CredentialIdentity?>(nil)
    private let observer = Locked<Observer?>(nil)

    init(source: String, logger: Logger) {
        self.source = source
        self.logger = logger
    }

    /// The published identity; nil before the first credentials.
    var identity: CredentialIdentity? { published.withLock { $0 } }

    func observe(_ observer: @escaping Observer) { self.observer.withLock { $0 = observer } }

    /// Publishes the identity of `credentials`. The result of `GetCallerIdentity` for the same access key is kept.
    func publish(_ credentials: Credentials) {
        var identity = CredentialIdentity(
            accessKeyID: credentials.signing.accessKeyID, source: source, expiration: credentials.expiration)
        published.withLock { published in
            if let published, published.accessKeyID == identity.accessKeyID {
                identity.caller = published.caller
            }
            published = identity
        }
    }

    /// Passes the published identity to the observer. Without an observer, the identity is logged.
    func announce() {
        guard let identity else { return }
        guard let observer = observer.withLock({ $0 }) else { return IdentityLogger.log(identity, logger) }
        Task {
            let found = await observer(identity)
            published.withLock { if $0?.accessKeyID == found.accessKeyID { $0?.caller = found.caller } }
        }
    }

    /// Logs `text`, which describes a failed refresh, together with the identity of the credentials that remain in use.
    func logFailure(_ text: String, _ error: AWSError?) {
        var metadata = identity?.fields ?? [:]
        metadata["event"] = "\(AWSEvent.credentialsRefreshFailed.rawValue)"
        var reason = ""
        if let error {
            metadata["error_code"] = "\(error.kind.rawValue)"
            reason = ": \(error)"
        }
        let keys = identity.map { " (\($0.sentence))" } ?? ""
        logger.warning("\(text)\(keys)\(reason)", metadata: metadata)
    }
}
