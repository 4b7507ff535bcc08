// SPDX-License-Identifier: Apache-2.0

package import SigV4

/// The credentials of one source and the times that decide about them: when a refresh is due, when callers wait for
/// it, and how long the credentials may be used.
///
/// ```
/// fetched         refreshAt              mandatoryWindow begins    expiration
///    |----- use -----|--- use and refresh ---|-- wait for refresh --|-- wait; extended if statically stable --
/// ```
///
/// The state does no I/O and has no clock: `CredentialCache` passes the time and performs the refreshes.
package struct CredentialCacheState: Sendable {
    /// The time before the expiration at which refreshes begin, in seconds. It is halved for credentials that live less
    /// than twice as long, and jitter shortens it by up to 20 %, so that a fleet does not refresh at the same moment.
    static let advisoryWindow = 900.0
    /// The time before the expiration in which callers wait for the refresh, in seconds.
    static let mandatoryWindow = 120.0
    /// The pause after a failed refresh, and the age below which rejected credentials are not refreshed again.
    static let refreshInterval = Duration.seconds(5)
    /// The time for which statically stable credentials are used after a failed refresh, in seconds. Formula and jitter
    /// are those of botocore's `InstanceMetadataFetcher` (`_evaluate_expiration`), with a refresh window of 15 minutes.
    static let staticExtension = 1020.0...1500.0

    /// A moment on both clocks. Expirations are wall-clock times; pauses are measured with the uptime, which a
    /// corrected wall clock does not change.
    package struct Time: Sendable {
        /// Seconds since 1970-01-01T00:00:00Z.
        package var wall: Double
        package var uptime: Duration

        package init(wall: Double, uptime: Duration) {
            self.wall = wall
            self.uptime = uptime
        }
    }

    /// The action of a caller that needs credentials.
    package enum Decision: Sendable, Equatable {
        case use(Credentials)
        /// The caller uses the credentials and starts a refresh in the background.
        case useAndRefresh(Credentials)
        /// The caller waits for a refresh. `hasFallback` is true when there are credentials for the case that it fails.
        case wait(hasFallback: Bool)
    }

    /// The effect of a finished refresh.
    package enum Change: Sendable, Equatable {
        /// The refresh succeeded. `isNew` is false when it brought the credentials that were in use.
        case renewed(isNew: Bool)
        /// The refresh failed, and the credentials in use have not expired.
        case kept
        /// The refresh failed, and expired credentials are used longer. `isNew` is true when they are those that the
        /// refresh brought.
        case extended(isNew: Bool)
        /// The refresh failed, and there are no credentials to use.
        case failed
    }

    private let source: String
    private let isStaticallyStable: Bool

    /// The credentials as the source gave them, with their real expiration.
    private var fetched: Credentials?
    /// The end of the use of `fetched`: the real expiration, or a later time after a static extension.
    private var usableUntil = -Double.infinity
    /// The wall-clock time at which the next refresh is due.
    package private(set) var refreshAt = -Double.infinity
    /// The uptime before which no refresh begins, because one has just failed.
    private var notBefore = Duration.zero
    /// The uptime at which `fetched` arrived.
    private var fetchedAt: Duration?
    /// True when a service has refused `fetched`.
    private var isRejected = false
    /// True from `beginRefresh` to `endRefresh`.
    package private(set) var isRefreshing = false
    /// The error of the last refresh; nil after a success.
    package private(set) var lastFailure: AWSError?

    /// - Parameters:
    ///   - source: the name of the source, for error texts.
    ///   - isStaticallyStable: see `CredentialSource.isStaticallyStable`.
    package init(source: String, isStaticallyStable: Bool) {
        self.source = source
        self.isStaticallyStable = isStaticallyStable
    }

    /// The credentials in use, expired or not; nil before the first. After a static extension their expiration is that
    /// of the extension.
    package var current: Credentials? {
        guard var current = fetched else { return nil }
        current.expiration = usableUntil == .infinity ? nil : usableUntil
        return current
    }

    /// Returns the credentials in use unless they have expired.
    package func usable(at wall: Double) -> Credentials? { usableUntil > wall ? current : nil }

    /// Decides what a caller does that needs credentials at `now`.
    package func decision(at now: Time) -> Decision {
        guard let current else { return .wait(hasFallback: false) }
        let mustRefresh = isRejected && (fetchedAt.map { now.uptime - $0 >= Self.refreshInterval } ?? true)
        guard mustRefresh || now.wall >= refreshAt else { return .use(current) }
        if !mustRefresh, usableUntil - now.wall > Self.mandatoryWindow { return .useAndRefresh(current) }
        return .wait(hasFallback: true)
    }

    /// Notes that a service has refused `rejected`, unless other credentials are in use by now.
    package mutating func reject(_ rejected: SigningCredentials) {
        if fetched?.signing == rejected { isRejected = true }
    }

    /// Notes that a refresh begins.
    ///
    /// - Returns: false when none may begin, because one is running or has just failed.
    package mutating func beginRefresh(at uptime: Duration) -> Bool {
        guard !isRefreshing, uptime >= notBefore else { return false }
        isRefreshing = true
        return true
    }

    /// Takes the result of a refresh.
    ///
    /// Credentials that expire before those in use count as a failure, because the source is behind, unless those in
    /// use were rejected. So do expired ones.
    ///
    /// - Parameters:
    ///   - result: the result of the source.
    ///   - jitter: a random number in 0..<1.
    /// - Returns: what has changed. `lastFailure` is the reason when the refresh failed.
    package mutating func endRefresh(
        _ result: Result<Credentials, AWSError>, at now: Time, jitter: Double
    ) -> Change {
        isRefreshing = false
        switch result {
        case .failure(let error):
            return fail(error, replacement: nil, now, jitter)
        case .success(let fresh) where fresh.end <= now.wall:
            return fail(
                .noCredentials("the source returned credentials that have expired", from: source),
                replacement: fresh, now, jitter)
        case .success(let fresh):
            if !isRejected, let fetched, fresh.end < fetched.end {
                return fail(
                    .noCredentials(
                        "the source returned credentials that expire before the current ones", from: source),
                    replacement: nil, now, jitter)
            }
            let isNew = fresh != current
            adopt(fresh, now, jitter)
            return .renewed(isNew: isNew)
        }
    }

    private mutating func adopt(_ fresh: Credentials, _ now: Time, _ jitter: Double) {
        fetched = fresh
        usableUntil = fresh.end
        fetchedAt = now.uptime
        isRejected = false
        lastFailure = nil
        notBefore = .zero
        let lead = min(Self.advisoryWindow, (fresh.end - now.wall) / 2)
        refreshAt = fresh.end - lead * (1 - 0.2 * jitter)
    }

    private mutating func fail(
        _ error: AWSError, replacement: Credentials?, _ now: Time, _ jitter: Double
    ) -> Change {
        lastFailure = error
        notBefore = now.uptime + Self.refreshInterval
        if let fetched, fetched.end > now.wall { return .kept }
        guard isStaticallyStable, let stable = longerLived(fetched, replacement) else { return .failed }
        let isNew = stable.signing != fetched?.signing
        let (least, most) = (Self.staticExtension.lowerBound, Self.staticExtension.upperBound)
        let length = least + (most - least) * jitter
        fetched = stable
        usableUntil = now.wall + length
        refreshAt = now.wall + length / 2
        if isNew {
            fetchedAt = now.uptime
            isRejected = false
        }
        return .extended(isNew: isNew)
    }

    /// Returns the credentials with the later real expiration, the replacement when they are equal.
    private func longerLived(_ own: Credentials?, _ replacement: Credentials?) -> Credentials? {
        guard let own, let replacement else { return own ?? replacement }
        return replacement.end >= own.end ? replacement : own
    }
}

extension Credentials {
    /// The expiration; infinity for credentials that do not expire.
    fileprivate var end: Double { expiration ?? .infinity }
}
