// SPDX-License-Identifier: Apache-2.0

import AWS
import SigV4
import Testing

struct CredentialCacheStateTests {
    /// A time `seconds` after the start. The wall clock begins at 1000 s, the uptime at 0.
    static func time(_ seconds: Double) -> CredentialCacheState.Time {
        .init(wall: 1000 + seconds, uptime: .seconds(seconds))
    }

    /// Credentials that expire `seconds` after the start.
    static func credentials(_ id: String, until seconds: Double?) throws -> Credentials {
        try #require(
            Credentials(
                accessKeyID: id, secretAccessKey: "s", sessionToken: "t",
                expiration: seconds.map { 1000 + $0 }))
    }

    static let failure = AWSError(.noCredentials, operation: "credentials", message: "scripted")

    /// A state with the credentials "A", fetched at the start.
    static func state(until seconds: Double?, isStaticallyStable: Bool = false) throws -> CredentialCacheState
    {
        var state = CredentialCacheState(source: "test", isStaticallyStable: isStaticallyStable)
        _ = state.beginRefresh(at: .zero)
        _ = state.endRefresh(.success(try credentials("A", until: seconds)), at: time(0), jitter: 0)
        return state
    }

    @Test func `a state without credentials makes callers wait without a fallback`() {
        let state = CredentialCacheState(source: "test", isStaticallyStable: true)
        #expect(state.decision(at: Self.time(0)) == .wait(hasFallback: false))
        #expect(state.usable(at: 0) == nil)
    }

    /// The action of a caller: at which time before the expiration it is which one.
    @Test(arguments: [
        (0.0, "use"), (2699, "use"), (2700, "refresh"), (3479, "refresh"), (3480, "wait"), (3600, "wait"),
        (9999, "wait"),
    ])
    func `credentials of one hour are used, then refreshed, then waited for`(
        _ seconds: Double, _ expected: String
    ) throws {
        let state = try Self.state(until: 3600)
        let current = try #require(state.current)
        let decisions: [String: CredentialCacheState.Decision] = [
            "use": .use(current), "refresh": .useAndRefresh(current), "wait": .wait(hasFallback: true),
        ]
        #expect(state.decision(at: Self.time(seconds)) == decisions[expected])
        #expect((state.usable(at: 1000 + seconds) != nil) == (seconds < 3600))
    }

    @Test(arguments: [
        (3600.0, 0.0, 2700.0), (3600, 0.5, 2790), (3600, 1, 2880), (1800, 0, 900), (300, 0, 150),
        (300, 1, 180), (1, 0, 0.5),
    ])
    func `a refresh is due 15 minutes before the expiration or at half of the lifetime, less jitter`(
        _ lifetime: Double, _ jitter: Double, _ due: Double
    ) throws {
        var state = CredentialCacheState(source: "test", isStaticallyStable: false)
        let credentials = try Self.credentials("A", until: lifetime)
        _ = state.endRefresh(.success(credentials), at: Self.time(0), jitter: jitter)
        #expect(state.refreshAt == 1000 + due)
    }

    @Test func `credentials without expiration are never refreshed`() throws {
        let state = try Self.state(until: nil)
        #expect(state.refreshAt == .infinity)
        #expect(state.current?.expiration == nil)
        #expect(state.decision(at: Self.time(1e12)) == .use(try Self.credentials("A", until: nil)))
    }

    @Test func `only one refresh runs at a time, and none within 5 seconds of a failed one`() throws {
        var state = try Self.state(until: 3600)
        func begins(at seconds: Double) -> Bool { state.beginRefresh(at: .seconds(seconds)) }
        #expect(begins(at: 3000))
        #expect(!begins(at: 3000))
        #expect(state.isRefreshing)
        var change = state.endRefresh(.failure(Self.failure), at: Self.time(3000), jitter: 0)
        #expect(change == .kept)
        #expect(!state.isRefreshing)
        #expect(!begins(at: 3004.9))
        #expect(begins(at: 3005))
        let renewed = try Self.credentials("B", until: 9000)
        change = state.endRefresh(.success(renewed), at: Self.time(3005), jitter: 0)
        #expect(change == .renewed(isNew: true))
        #expect(state.lastFailure == nil)
        #expect(begins(at: 3005), "a success leaves no pause")
    }

    /// The time of the refresh, its result, whether "A" (expires at 3600 s) was rejected, the change, and the
    /// credentials in use.
    @Test(
        arguments: [
            (3000, "B", 9000, false, .renewed(isNew: true), "B"),
            (3000, "A", 3600, false, .renewed(isNew: false), "A"),
            (3000, "A", 3601, false, .renewed(isNew: true), "A"),
            (3000, "B", 3599, false, .kept, "A"),
            (3000, "B", 3599, true, .renewed(isNew: true), "B"),
            (3000, "B", 2999, false, .kept, "A"),
            (3000, "B", 2999, true, .kept, "A"),
            (3000, nil, 0, false, .kept, "A"),
            (3000, nil, 0, true, .kept, "A"),
            (4000, "B", 9000, false, .renewed(isNew: true), "B"),
            (4000, "B", 3999, false, .failed, "A"),
            (4000, nil, 0, false, .failed, "A"),
        ] as [(Double, String?, Double, Bool, CredentialCacheState.Change, String)])
    func `the result of a refresh decides which credentials are in use`(
        _ seconds: Double, _ id: String?, _ expiration: Double, _ isRejected: Bool,
        _ change: CredentialCacheState.Change, _ used: String
    ) throws {
        var state = try Self.state(until: 3600)
        if isRejected { state.reject(try #require(state.current).signing) }
        let result: Result<Credentials, AWSError> =
            if let id { .success(try Self.credentials(id, until: expiration)) } else {
                .failure(Self.failure)
            }
        let found = state.endRefresh(result, at: Self.time(seconds), jitter: 0)
        #expect(found == change)
        #expect(state.current?.signing.accessKeyID == used)
        #expect(
            (state.lastFailure == nil) == [.renewed(isNew: true), .renewed(isNew: false)].contains(change))
    }

    @Test(arguments: [(0.0, 1020.0), (0.5, 1260), (1, 1500)])
    func `statically stable credentials are extended by 17 to 25 minutes after their expiration`(
        _ jitter: Double, _ length: Double
    ) throws {
        var state = try Self.state(until: 3600, isStaticallyStable: true)
        var change = state.endRefresh(.failure(Self.failure), at: Self.time(3599), jitter: jitter)
        #expect(change == .kept)
        #expect(state.current?.expiration == 4600)
        change = state.endRefresh(.failure(Self.failure), at: Self.time(3600), jitter: jitter)
        #expect(change == .extended(isNew: false))
        #expect(state.current?.expiration == 4600 + length)
        #expect(state.refreshAt == 4600 + length / 2)
        // The extension is not the real expiration: credentials that expire before its end are accepted.
        let renewed = try Self.credentials("B", until: 3601)
        change = state.endRefresh(.success(renewed), at: Self.time(3600), jitter: 0)
        #expect(change == .renewed(isNew: true))
    }

    /// The expired credentials of a refresh replace those in use, expired at 3600 s, unless they expired earlier.
    @Test(arguments: [(3599.0, "A"), (3600, "B"), (3700, "B")])
    func `the longer-lived of two expired credentials are extended`(_ expiration: Double, _ used: String)
        throws
    {
        var state = try Self.state(until: 3600, isStaticallyStable: true)
        let expired = try Self.credentials("B", until: expiration)
        let change = state.endRefresh(.success(expired), at: Self.time(4000), jitter: 0)
        #expect(change == .extended(isNew: used == "B"))
        #expect(state.current?.signing.accessKeyID == used)
    }

    @Test func `the first credentials are extended when they have expired already`() throws {
        var state = CredentialCacheState(source: "test", isStaticallyStable: true)
        let expired = try Self.credentials("A", until: -10)
        let change = state.endRefresh(.success(expired), at: Self.time(0), jitter: 0)
        #expect(change == .extended(isNew: true))
        #expect(state.usable(at: 1000)?.expiration == 2020)
    }

    @Test(arguments: [(0.0, false), (4.9, false), (5, true), (100, true)])
    func `rejected credentials are refreshed once they are 5 seconds old`(_ age: Double, _ isDue: Bool) throws
    {
        var state = try Self.state(until: 3600)
        let current = try #require(state.current)
        state.reject(current.signing)
        #expect(state.decision(at: Self.time(age)) == (isDue ? .wait(hasFallback: true) : .use(current)))
    }

    @Test func `the rejection of other credentials has no effect`() throws {
        var state = try Self.state(until: 3600)
        state.reject(try Self.credentials("B", until: 3600).signing)
        #expect(state.decision(at: Self.time(10)) == .use(try #require(state.current)))
    }

    @Test func `a wall clock that jumps does not change the age of rejected credentials`() throws {
        var state = try Self.state(until: 3600)
        state.reject(try #require(state.current).signing)
        let setBack = CredentialCacheState.Time(wall: -7000, uptime: .seconds(6))
        #expect(state.decision(at: setBack) == .wait(hasFallback: true))
    }
}
