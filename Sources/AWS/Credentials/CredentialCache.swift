// SPDX-License-Identifier: Apache-2.0

package import Logging
package import SigV4
internal import Support

/// The credentials of one source, fetched once for all who wait, and again in good time before they expire.
///
/// Old keys are used while they are valid, whatever happens to a refresh; a failed refresh is repeated for
/// ever, at most every few seconds. The source is never replaced by another one: an identity does not change
/// by accident.
package actor CredentialCache {
    /// A refresh in the background begins this long before the expiry, less some jitter.
    static let advisory = 900.0
    /// The keys are still good, but callers now wait for a running refresh.
    static let mandatory = 120.0
    /// After a failure, not before this time.
    static let pause = Duration.seconds(5)

    private let source: any CredentialSource
    private let clock: any AWSClock
    private let random: @Sendable () -> Double
    /// How long a caller without a deadline of its own waits.
    private let patience: Duration
    private let logger: Logger
    private var current: Credentials? { didSet { publish() } }
    private let published = Locked<CredentialIdentity?>(nil)
    /// Until when the source said that the keys are good, whatever we do with them afterwards.
    private var validUntil = -Double.infinity
    private var refreshAt = 0.0
    /// By the uptime, which does not jump: a wall clock that is set back must not keep us from fetching.
    private var notBefore = Duration.zero
    /// By the uptime too; nil before the first time.
    private var fetchedAt: Duration?
    private var mustRenew = false
    private var observer: (@Sendable (CredentialIdentity) async -> CredentialIdentity)?
    private var lastFailure: AWSError?
    private var isRefreshing = false
    private var waits: [RefreshWaiter] = []

    package init(
        _ source: any CredentialSource, clock: any AWSClock, random: @escaping @Sendable () -> Double,
        patience: Duration = .seconds(120), logger: Logger
    ) {
        self.source = source
        self.clock = clock
        self.random = random
        self.patience = patience
        self.logger = logger
    }

    /// Calls `observer`, on a task of its own, whenever there are other keys than before. It returns what it has
    /// found out about them.
    func observe(_ observer: @escaping @Sendable (CredentialIdentity) async -> CredentialIdentity) {
        self.observer = observer
    }

    /// Whose keys are in use at this moment; nil before the first. For those who cannot wait.
    package nonisolated var identity: CredentialIdentity? { published.withLock { $0 } }

    /// Keys that are good now.
    ///
    /// - Parameter limit: how long the caller can wait for them; nil for as long as the client's calls can.
    /// - Throws: `AWSError` when there are none and the source gives none: its own, `.timedOut` after `limit`, or
    ///   `.cancelled` at once when the calling task is.
    package func credentials(within limit: Duration? = nil) async throws(AWSError) -> Credentials {
        let limit = limit ?? patience
        let now = clock.now()
        guard let current else { return try await refreshed(within: limit) }
        let mustRenew = mustRenew && fetchedAt.map { clock.uptime() - $0 >= Self.pause } ?? true
        guard mustRenew || now >= refreshAt else { return current }
        let expiration = current.expiration ?? .infinity
        if !mustRenew, expiration - now > Self.mandatory {
            startRefresh()
            return current
        }
        // There is something to fall back on, which needs some of the time.
        do { return try await refreshed(within: limit / 2) } catch {
            guard error.kind != .cancelled, let kept = self.current,
                (kept.expiration ?? .infinity) > clock.now()
            else { throw error }
            return kept
        }
    }

    /// Notes that a service refused `rejected`. If they are still the current ones, the next call fetches
    /// anew, and takes the old ones again only if that fails. Keys fetched a moment ago are not fetched again
    /// at once.
    package func reject(_ rejected: SigningCredentials) {
        if current?.signing == rejected { mustRenew = true }
    }

    private func refreshed(within limit: Duration) async throws(AWSError) -> Credentials {
        startRefresh()
        guard isRefreshing else { throw lastFailure ?? source.failure("no refresh yet") }
        let wait = RefreshWaiter()
        waits.append(wait)
        let end = await wait.end(within: limit)
        waits.removeAll { $0 === wait }
        switch end {
        case .refreshed(let result): return try result.get()
        case .timeUp:
            throw AWSError(
                .timedOut, operation: "credentials", resource: source.name,
                message: "they did not come within \(limit.inMilliseconds) ms")
        case .cancelled:
            throw AWSError(
                .cancelled, operation: "credentials", resource: source.name,
                message: "cancelled while waiting for them")
        }
    }

    /// Begins a refresh unless one is running or has just failed.
    private func startRefresh() {
        guard !isRefreshing, clock.uptime() >= notBefore else { return }
        isRefreshing = true
        // Not a child of the caller: others wait for it too, and the caller may be cancelled.
        Task { [source] in
            let fetched: Result<Credentials, AWSError>
            do throws(AWSError) { fetched = .success(try await source.fetch()) } catch {
                fetched = .failure(error)
            }
            let result = self.judge(fetched)
            isRefreshing = false
            for wait in waits { wait.finish(.refreshed(result)) }
        }
    }

    /// What a refresh that brought `result` leaves to use.
    private func judge(_ result: Result<Credentials, AWSError>) -> Result<Credentials, AWSError> {
        let now = clock.now()
        switch result {
        case .success(let fetched) where (fetched.expiration ?? .infinity) > now:
            // Nobody refused those at hand, and they are good for longer: the source is behind.
            if !mustRenew, current != nil, (fetched.expiration ?? .infinity) < validUntil {
                return keepOld(
                    orElse: source.failure("gave keys that expire sooner than those at hand"),
                    replacement: nil, now: now)
            }
            let isNew = fetched != current
            adopt(fetched, now: now)
            if isNew { announce() }
            return result
        case .success(let expired):
            return keepOld(
                orElse: source.failure("gave keys that have expired"), replacement: expired, now: now)
        case .failure(let error):
            return keepOld(orElse: error, replacement: nil, now: now)
        }
    }

    private func adopt(_ fetched: Credentials, now: Double) {
        current = fetched
        validUntil = fetched.expiration ?? .infinity
        fetchedAt = clock.uptime()
        mustRenew = false
        lastFailure = nil
        notBefore = .zero
        guard let expiration = fetched.expiration else {
            refreshAt = .infinity
            return
        }
        // Short-lived keys are renewed after half their life; jitter spreads a fleet that started together.
        let lead = min(Self.advisory, (expiration - now) / 2)
        refreshAt = expiration - lead * (1 - 0.2 * random())
    }

    /// The refresh brought nothing: what can still be used?
    private func keepOld(
        orElse error: AWSError, replacement: Credentials?, now: Double
    ) -> Result<Credentials, AWSError> {
        lastFailure = error
        notBefore = clock.uptime() + Self.pause
        if let current, validUntil > now {
            warn("keys are kept because they could not be renewed", error)
            return .success(current)
        }
        guard source.isStaticallyStable, let stable = laterOne(replacement) else { return .failure(error) }
        let isNew = stable.signing != current?.signing
        let extra = 900 + 480 * random() + 120
        validUntil = stable.expiration ?? .infinity
        current = stable
        current?.expiration = now + extra
        refreshAt = now + extra / 2
        warn("keys are used beyond their expiry because their source is failing", error)
        if isNew {
            fetchedAt = clock.uptime()
            mustRenew = false
            announce()
        }
        return .success(current ?? stable)
    }

    /// The current keys, as their source gave them, or the replacement if it lasts as long.
    private func laterOne(_ replacement: Credentials?) -> Credentials? {
        guard var own = current else { return replacement }
        own.expiration = validUntil
        guard let replacement, (replacement.expiration ?? .infinity) >= validUntil else { return own }
        return replacement
    }

    private func publish() {
        let identity = current.map { current in
            CredentialIdentity(
                accessKeyID: current.signing.accessKeyID, source: source.name,
                expiration: current.expiration)
        }
        published.withLock { published in
            let caller = published?.accessKeyID == identity?.accessKeyID ? published?.caller : nil
            published = identity
            published?.caller = caller
        }
    }

    private func announce() {
        guard let identity else { return }
        if let observer {
            Task {
                let found = await observer(identity)
                published.withLock { if $0?.accessKeyID == found.accessKeyID { $0?.caller = found.caller } }
            }
        } else {
            IdentityLogger.announce(identity, logger)
        }
    }

    private func warn(_ text: String, _ error: AWSError) {
        var metadata = identity?.fields ?? [:]
        metadata["event"] = "\(AWSEvent.credentialsRefreshFailed.rawValue)"
        metadata["error_code"] = "\(error.kind.rawValue)"
        let keys = identity.map { " (\($0.sentence))" } ?? ""
        logger.warning("\(text)\(keys): \(error)", metadata: metadata)
    }
}
