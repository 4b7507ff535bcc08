// SPDX-License-Identifier: Apache-2.0

package import SigV4

/// The credentials of one source and the times by which they are refreshed: the time from which a refresh is due, the
/// time from which callers wait for it, and the end of the use of the credentials.
///
/// ```
/// fetched         refreshAt              mandatoryWindow begins    expiration
///    |----- use -----|--- use and refresh ---|-- wait for refresh --|-- wait; extended if statically stable --
/// ```
///
/// This type does no I/O and has no clock. `CredentialCache` passes the time and performs the refreshes.
package struct CredentialCacheState: Sendable {
    /// The longest time, in seconds, before the expiration at which refreshes begin. For short-lived credentials it is
    /// half of their lifetime. Jitter shortens it by up to 20 %, so that many processes do not refresh at the same
    /// moment.
    static let advisoryWindow = 900.0
    /// The time before the expiration during which callers wait for a refresh, in seconds.
    static let mandatoryWindow = 120.0
    /// The pause after a failed refresh, and the minimum age at which rejected credentials are refreshed.
    static let refreshInterval = Duration.seconds(5)
    /// The time for which statically stable credentials are used after a failed refresh, in seconds. The formula and
    /// the jitter are those of botocore's `InstanceMetadataFetcher` (`_evaluate_expiration`) with a refresh window of
    /// 15 minutes.
    static let staticExtension = 1020.0...1500.0

    /// A moment as wall-clock time and as uptime. Expirations are wall-clock times. Pauses are measured with the
    /// uptime, which does not change when the wall clock is corrected.
    package struct Time: Sendable {
        /// The wall-clock time in seconds since 1970-01-01T00:00:00Z.
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
        /// The caller uses the present credentials and starts a refresh in the background.
        case useAndRefresh(Credentials)
        /// The caller waits for a refresh. `hasFallback` is true when the present credentials can be used if the
        /// refresh fails.
        case wait(hasFallback: Bool)
    }

    /// The effect of a finished refresh.
    package enum Change: Sendable, Equatable {
        /// The refresh succeeded. `isNew` is false when the source returned the credentials that were already in use.
        case renewed(isNew: Bool)
        /// The refresh failed, and the credentials in use have not expired.
        case kept
        /// The refresh failed, and statically stable credentials are used beyond their expiration. `isNew` is true when
        /// the source has just returned them, already expired; false when they were in use before.
        case extended(isNew: Bool)
        /// The refresh failed, and there are no usable credentials.
        case failed
    }

    private let source: String
    private let isStaticallyStable: Bool

    /// The credentials that the source returned, with their real expiration; nil before it has returned any.
    private var fetched: Credentials?
    /// The wall-clock time until which `fetched` is used, in seconds since 1970-01-01T00:00:00Z: the real expiration,
    /// or a later time when statically stable credentials are used longer. -infinity means that there are no
    /// credentials, and infinity that they do not expire.
    private var usableUntil = -Double.infinity
    /// The wall-clock time at which the next refresh is due, in seconds since 1970-01-01T00:00:00Z: -infinity before
    /// the first credentials, and infinity when they do not expire.
    package private(set) var refreshAt = -Double.infinity
    /// The uptime before which no refresh begins, because the last one failed shortly before; zero when it succeeded.
    private var notBefore = Duration.zero
    /// The uptime at which `fetched` was returned by the source; nil before the first credentials.
    private var fetchedAt: Duration?
    /// True when a service has refused `fetched`.
    private var isRejected = false
    /// True from `beginRefresh` to `endRefresh`.
    package private(set) var isRefreshing = false
    /// The error of the last refresh; nil after a success and before the first refresh.
    package private(set) var lastFailure: AWSError?

    /// Makes a state without credentials.
    ///
    /// - Parameters:
    ///   - source: the name of the source, which appears in error texts.
    ///   - isStaticallyStable: the value of `CredentialSource.isStaticallyStable`.
    package init(source: String, isStaticallyStable: Bool) {
        self.source = source
        self.isStaticallyStable = isStaticallyStable
    }

    /// The credentials in use, expired or not; nil before the source has returned any. When statically stable
    /// credentials are used longer, the expiration is the extended one.
    package var current: Credentials? {
        guard var current = fetched else { return nil }
        current.expiration = usableUntil == .infinity ? nil : usableUntil
        return current
    }

    /// Returns the credentials in use; nil when they have expired at the wall-clock time `wall`.
    package func usable(at wall: Double) -> Credentials? { usableUntil > wall ? current : nil }

    /// Returns the action of a caller that needs credentials at `now`.
    package func decision(at now: Time) -> Decision {
        guard let current else { return .wait(hasFallback: false) }
        let mustRefresh = isRejected && (fetchedAt.map { now.uptime - $0 >= Self.refreshInterval } ?? true)
        guard mustRefresh || now.wall >= refreshAt else { return .use(current) }
        if !mustRefresh, usableUntil - now.wall > Self.mandatoryWindow { return .useAndRefresh(current) }
        return .wait(hasFallback: true)
    }

    /// Records that a service refused the credentials `rejected`, unless other credentials are already in use.
    package mutating func reject(_ rejected: SigningCredentials) {
        if fetched?.signing == rejected { isRejected = true }
    }

    /// Records that a refresh begins.
    ///
    /// - Returns: false when no refresh can begin, because one is running or has just failed.
    package mutating func beginRefresh(at uptime: Duration) -> Bool {
        guard !isRefreshing, uptime >= notBefore else { return false }
        isRefreshing = true
        return true
    }

    /// Records the result of a refresh.
    ///
    /// Three results count as failures: an error, credentials that have expired, and credentials that expire before
    /// those in use (the source returned old ones). The last rule does not apply when a service has rejected those in
    /// use.
    ///
    /// - Parameters:
    ///   - result: the credentials or the error that the source returned.
    ///   - jitter: a random number in 0..<1.
    /// - Returns: the effect of the refresh. `lastFailure` is the reason when it failed.
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

    /// Returns the credentials with the later real expiration, or `replacement` when both expirations are equal. When
    /// one of the parameters is nil, the result is the other parameter.
    private func longerLived(_ own: Credentials?, _ replacement: Credentials?) -> Credentials? {
        guard let own, let replacement else { return own ?? replacement }
        return replacement.end >= own.end ? replacement : own
    }
}

extension Credentials {
    /// The expiration in seconds since 1970-01-01T00:00:00Z; infinity for credentials that do not expire.
    fileprivate var end: Double { expiration ?? .infinity }
}
