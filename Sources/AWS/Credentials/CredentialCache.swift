// SPDX-License-Identifier: Apache-2.0

package import Logging
package import SigV4
internal import Support

/// The cache of the credentials of one source. They are fetched once for all callers and refreshed before they expire.
///
/// `CredentialCacheState` contains the rules, and this type does the I/O. Credentials are used until they expire, even
/// when refreshes fail. Failed refreshes are repeated without limit, at most every 5 seconds. The source never changes,
/// so that a failure cannot lead to another identity.
package actor CredentialCache {
    private let source: any CredentialSource
    private let clock: any AWSClock
    private let random: @Sendable () -> Double
    private let defaultWait: Duration
    private let publisher: IdentityPublisher
    private var state: CredentialCacheState
    private var waiters: [RefreshWaiter] = []

    /// Makes an empty cache of the credentials of one source.
    ///
    /// - Parameters:
    ///   - random: the function that returns a random number in 0..<1 for the jitter.
    ///   - defaultWait: the maximum wait for a caller that gives no limit.
    package init(
        _ source: any CredentialSource, clock: any AWSClock, random: @escaping @Sendable () -> Double,
        defaultWait: Duration = .seconds(120), logger: Logger
    ) {
        self.source = source
        self.clock = clock
        self.random = random
        self.defaultWait = defaultWait
        publisher = IdentityPublisher(source: source.name, logger: logger)
        state = CredentialCacheState(source: source.name, isStaticallyStable: source.isStaticallyStable)
    }

    /// Registers the function that is called, in a separate task, whenever the credentials in use have changed. It
    /// completes the identity of the new credentials, for example by `GetCallerIdentity`, logs it and returns it.
    nonisolated func observe(_ observer: @escaping IdentityPublisher.Observer) { publisher.observe(observer) }

    /// The identity of the credentials in use; nil before the first credentials were fetched.
    package nonisolated var identity: CredentialIdentity? { publisher.identity }

    /// Returns credentials that are valid now. When there are none, or when they expire soon, the function waits for a
    /// refresh.
    ///
    /// - Parameter limit: the maximum wait; nil for `defaultWait`. When there are credentials that have not expired
    ///   yet, the wait for new ones takes at most half of the limit, so that the rest of the time is left for a request
    ///   with the present ones.
    /// - Throws: `AWSError` when there are no valid credentials: the error of the source, `.timedOut` after `limit`, or
    ///   `.cancelled` when the calling task is cancelled.
    package func credentials(within limit: Duration? = nil) async throws(AWSError) -> Credentials {
        let limit = limit ?? defaultWait
        switch state.decision(at: now) {
        case .use(let current): return current
        case .useAndRefresh(let current):
            startRefresh()
            return current
        case .wait(hasFallback: false): return try await refreshed(within: limit)
        case .wait(hasFallback: true):
            do { return try await refreshed(within: limit / 2) } catch {
                guard error.kind != .cancelled, let kept = state.usable(at: clock.now()) else { throw error }
                return kept
            }
        }
    }

    /// Records that a service refused the credentials `rejected`. If they are still in use, the next call of
    /// `credentials(within:)` refreshes them, and returns them again only when the refresh fails. Credentials that are
    /// less than 5 seconds old are not refreshed.
    package func reject(_ rejected: SigningCredentials) { state.reject(rejected) }

    private var now: CredentialCacheState.Time { .init(wall: clock.now(), uptime: clock.uptime()) }

    /// Waits for the running refresh, or starts one, and returns the refreshed credentials.
    private func refreshed(within limit: Duration) async throws(AWSError) -> Credentials {
        startRefresh()
        guard state.isRefreshing else {
            throw state.lastFailure ?? .noCredentials("no refresh yet", from: source.name)
        }
        let waiter = RefreshWaiter()
        waiters.append(waiter)
        let end = await waiter.end(within: limit)
        waiters.removeAll { $0 === waiter }
        switch end {
        case .refreshed(let result): return try result.get()
        case .timeUp:
            throw AWSError(
                .timedOut, operation: "credentials", resource: source.name,
                message: "no credentials within \(limit.inMilliseconds) ms")
        case .cancelled:
            throw AWSError(
                .cancelled, operation: "credentials", resource: source.name,
                message: "cancelled while waiting for credentials")
        }
    }

    private func startRefresh() {
        guard state.beginRefresh(at: clock.uptime()) else { return }
        // Not a child task of the caller, which may be cancelled while others wait for the same refresh.
        Task { [source] in
            let fetched: Result<Credentials, AWSError>
            do throws(AWSError) { fetched = .success(try await source.fetch()) } catch {
                fetched = .failure(error)
            }
            endRefresh(fetched)
        }
    }

    private func endRefresh(_ fetched: Result<Credentials, AWSError>) {
        let change = state.endRefresh(fetched, at: now, jitter: random())
        if let current = state.current { publisher.publish(current) }
        switch change {
        case .renewed(let isNew):
            if isNew { publisher.announce() }
        case .kept:
            publisher.logFailure("credentials remain in use because their refresh failed", state.lastFailure)
        case .extended(let isNew):
            publisher.logFailure(
                "expired credentials remain in use because their refresh failed", state.lastFailure)
            if isNew { publisher.announce() }
        case .failed: break
        }
        let result: Result<Credentials, AWSError> =
            if change != .failed, let current = state.current { .success(current) } else {
                .failure(state.lastFailure ?? .noCredentials("no refresh yet", from: source.name))
            }
        for waiter in waiters { waiter.finish(.refreshed(result)) }
    }
}
