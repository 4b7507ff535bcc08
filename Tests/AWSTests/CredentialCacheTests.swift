// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Logging
import Scripted
import SigV4
import Support
import Testing

/// A source that gives what a test has put there, when the test lets it.
final class GatedSource: CredentialSource {
    struct State {
        var next: Credentials?
        var fetches = 0
        var isOpen = true
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    let name = "gated"
    let isStaticallyStable: Bool
    let state: Locked<State>

    init(_ first: Credentials?, isStaticallyStable: Bool = false) {
        self.isStaticallyStable = isStaticallyStable
        state = Locked(State(next: first))
    }

    var fetches: Int { state.withLock { $0.fetches } }

    func set(_ next: Credentials?) { state.withLock { $0.next = next } }
    func close() { state.withLock { $0.isOpen = false } }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for each in waiting { each.resume() }
    }

    func fetch() async throws(AWSError) -> Credentials {
        state.withLock { $0.fetches += 1 }
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
        guard let next = state.withLock({ $0.next }) else {
            throw AWSError(.noCredentials, operation: "credentials", resource: name, message: "scripted")
        }
        return next
    }
}

@Suite(.timeLimit(.minutes(1))) struct `The cache of credentials` {
    let clock = VirtualClock(now: 0)

    static func keys(_ id: String, until expiration: Double?) -> Credentials? {
        Credentials(accessKeyID: id, secretAccessKey: "s", sessionToken: "t", expiration: expiration)
    }

    func cache(_ source: GatedSource) -> CredentialCache {
        CredentialCache(source, clock: clock, random: { 0.5 }, logger: LogLines().logger)
    }

    func id(_ cache: CredentialCache) async throws -> String {
        try await cache.credentials().signing.accessKeyID
    }

    @Test func `asks its source once for all who wait at the same time`() async throws {
        let source = GatedSource(Self.keys("A", until: 3600))
        source.close()
        let cache = cache(source)
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await cache.credentials().signing.accessKeyID } }
            while source.fetches == 0 { try await Task.sleep(for: .milliseconds(2)) }
            source.open()
            for try await found in group { #expect(found == "A") }
        }
        #expect(source.fetches == 1)
    }

    @Test
    func `tells without waiting whose keys are in use and when they expire, and says so when they stay`()
        async throws
    {
        let source = GatedSource(Self.keys("A", until: 3600))
        let lines = LogLines()
        let cache = CredentialCache(source, clock: clock, random: { 0.5 }, logger: lines.logger)
        #expect(cache.identity == nil)
        _ = try await id(cache)
        #expect(cache.identity == CredentialIdentity(accessKeyID: "A", source: "gated", expiration: 3600))
        source.set(nil)
        clock.advance(.seconds(3500))
        #expect(try await id(cache) == "A")
        #expect(cache.identity?.accessKeyID == "A")
        let kept = try #require(lines.lines.first { $0.contains("credentials-refresh-failed") })
        #expect(kept.contains("access key A from gated, which expires at 1970-01-01T01:00:00Z"))
        source.set(Self.keys("B", until: 7200))
        clock.advance(.seconds(90))
        while try await id(cache) == "A" { try await Task.sleep(for: .milliseconds(2)) }
        #expect(cache.identity == CredentialIdentity(accessKeyID: "B", source: "gated", expiration: 7200))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (1_798_761_599.9, "2026-12-31T23:59:59Z"), (-5, "1970-01-01T00:00:00Z"),
        (1e300, "9999-12-31T23:59:59Z"),
    ])
    func `an expiry is written as people and programs read it`(time: Double, text: String) {
        let identity = CredentialIdentity(accessKeyID: "A", source: "gated", expiration: time)
        #expect(identity.fields["credentials_expire"] == "\(text)")
    }

    @Test func `renews in the background while the old keys are good, and nobody waits`() async throws {
        let source = GatedSource(Self.keys("A", until: 3600))
        let cache = cache(source)
        #expect(try await id(cache) == "A")
        clock.advance(.seconds(2600))
        #expect(try await id(cache) == "A")
        #expect(source.fetches == 1, "more than 15 minutes are left")
        source.set(Self.keys("B", until: 9000))
        source.close()
        clock.advance(.seconds(500))
        for _ in 0..<10 { #expect(try await id(cache) == "A") }
        while source.fetches < 2 { try await Task.sleep(for: .milliseconds(2)) }
        #expect(try await id(cache) == "A", "the refresh is still running")
        source.open()
        while try await id(cache) == "A" { try await Task.sleep(for: .milliseconds(2)) }
        #expect(try await id(cache) == "B")
        #expect(source.fetches == 2)
    }

    @Test func `keeps valid keys through an outage, tries again at most every five seconds, and for ever`()
        async throws
    {
        let source = GatedSource(Self.keys("A", until: 3600))
        let cache = cache(source)
        _ = try await id(cache)
        source.set(nil)
        clock.advance(.seconds(3500))
        for _ in 0..<10 { #expect(try await id(cache) == "A") }
        #expect(source.fetches == 2)
        for second in 0..<16 {
            clock.advance(.seconds(6))
            #expect(try await id(cache) == "A", "second \(second * 6)")
        }
        #expect(source.fetches == 18)
        clock.advance(.seconds(6))
        for _ in 0..<3 {
            #expect(try await awsError { try await cache.credentials() }.message == "scripted")
        }
        #expect(source.fetches == 19)
        source.set(Self.keys("B", until: 90_000))
        clock.advance(.seconds(6))
        #expect(try await id(cache) == "B")
    }

    @Test func `renews short-lived keys after half of their life`() async throws {
        let source = GatedSource(Self.keys("A", until: 300))
        let cache = cache(source)
        _ = try await id(cache)
        clock.advance(.seconds(140))
        _ = try await id(cache)
        #expect(source.fetches == 1)
        source.set(Self.keys("B", until: 600))
        clock.advance(.seconds(30))
        while try await id(cache) == "A" { try await Task.sleep(for: .milliseconds(2)) }
    }

    @Test func `never asks again for keys that do not expire, until they are refused`() async throws {
        let source = GatedSource(Self.keys("A", until: nil))
        let cache = cache(source)
        let first = try await cache.credentials()
        clock.advance(.seconds(1_000_000))
        _ = try await id(cache)
        #expect(source.fetches == 1)
        source.set(Self.keys("B", until: nil))
        await cache.reject(first.signing)
        #expect(try await id(cache) == "B")
        await cache.reject(first.signing)
        #expect(try await id(cache) == "B")
        #expect(source.fetches == 2, "the refused ones are no longer in use")
    }

    @Test func `renews earlier or later by jitter, so that a fleet does not ask at once`() async throws {
        // Within two minutes of the expiry callers wait, so each answer says whether keys were due.
        for (jitter, expected) in [(0.0, "B"), (0.99, "A")] {
            let source = GatedSource(Self.keys("A", until: 200))
            let clock = VirtualClock(now: 0)
            let cache = CredentialCache(source, clock: clock, random: { jitter }, logger: LogLines().logger)
            _ = try await id(cache)
            source.set(Self.keys("B", until: 400))
            clock.advance(.seconds(110))
            #expect(try await id(cache) == expected)
            clock.advance(.seconds(20))
            #expect(try await id(cache) == "B")
        }
    }

    @Test func `tells the log about keys once, not about each renewal that brings the same`() async throws {
        let source = GatedSource(Self.keys("A", until: nil))
        let lines = LogLines()
        let cache = CredentialCache(source, clock: clock, random: { 0.5 }, logger: lines.logger)
        for _ in 0..<3 {
            let keys = try await cache.credentials()
            clock.advance(.seconds(10))
            await cache.reject(keys.signing)
        }
        #expect(source.fetches == 3)
        #expect(lines.lines.filter { $0.contains("\"event\": identity") }.count == 1)
    }

    @Test func `does not fetch again at once what it has fetched a moment ago`() async throws {
        let source = GatedSource(Self.keys("A", until: 3600))
        let cache = cache(source)
        let first = try await cache.credentials()
        source.set(Self.keys("B", until: 3600))
        for _ in 0..<4 {
            await cache.reject(first.signing)
            #expect(try await id(cache) == "A")
            clock.advance(.seconds(1))
        }
        #expect(source.fetches == 1)
        clock.advance(.seconds(1))
        #expect(try await id(cache) == "B")
    }

    @Test func `never gives up valid keys for expired ones`() async throws {
        let source = GatedSource(Self.keys("A", until: 200), isStaticallyStable: true)
        let lines = LogLines()
        let cache = CredentialCache(source, clock: clock, random: { 0 }, logger: lines.logger)
        _ = try await id(cache)
        source.set(Self.keys("B", until: -3600))
        for _ in 0..<9 {
            clock.advance(.seconds(22))
            #expect(try await id(cache) == "A")
            #expect(cache.identity?.expiration == 200, "they are not stretched while they are good")
        }
        // From now on it is one expired pair or the other: the one that was good for longer.
        clock.advance(.seconds(10))
        #expect(try await id(cache) == "A")
        #expect(cache.identity?.expiration == 1228)
        #expect(!lines.lines.contains { $0.contains("\"access_key_id\": B") })
        source.set(Self.keys("C", until: 600))
        clock.advance(.seconds(1000))
        #expect(try await id(cache) == "C", "half of the extra time is over")
        #expect(
            lines.lines.filter { $0.contains("\"event\": identity") && $0.contains("key C from") }.count == 1)
        // What has been stretched is not taken for what is good.
        source.set(Self.keys("D", until: 700))
        clock.advance(.seconds(1000))
        #expect(try await id(cache) == "D")
        source.set(Self.keys("E", until: 9000))
        clock.advance(.seconds(1000))
        #expect(try await id(cache) == "E")
    }

    @Test func `fetches again after its pause, even when the wall clock was set back meanwhile`() async throws
    {
        let source = GatedSource(nil)
        let cache = cache(source)
        _ = try await awsError { try await cache.credentials() }
        clock.setWall(by: -7200)
        source.set(Self.keys("A", until: nil))
        clock.advance(.seconds(6))
        #expect(try await id(cache) == "A")
        // Nor does the age of keys, which are refused now, depend on it.
        clock.setWall(by: -7200)
        source.set(Self.keys("B", until: nil))
        clock.advance(.seconds(6))
        await cache.reject(try await cache.credentials().signing)
        #expect(try await id(cache) == "B")
    }

    @Test func `does not exchange keys for others that expire sooner, unless they were refused`() async throws
    {
        let source = GatedSource(Self.keys("A", until: 200))
        let cache = cache(source)
        let first = try await cache.credentials()
        source.set(Self.keys("B", until: 199))
        clock.advance(.seconds(120))
        for _ in 0..<3 { #expect(try await id(cache) == "A") }
        #expect(source.fetches == 2, "after a pause only")
        clock.advance(.seconds(6))
        #expect(try await id(cache) == "A")
        #expect(source.fetches == 3)
        clock.advance(.seconds(6))
        await cache.reject(first.signing)
        #expect(try await id(cache) == "B")
    }

    @Test func `takes refused keys again when there are no others`() async throws {
        let source = GatedSource(Self.keys("A", until: nil))
        let cache = cache(source)
        let first = try await cache.credentials()
        clock.advance(.seconds(10))
        source.set(nil)
        await cache.reject(first.signing)
        #expect(try await id(cache) == "A")
    }
}

@Suite struct `Refused credentials` {
    @Test func `that expired are fetched once more and the call is sent again`() async throws {
        let keys = try TemporaryFile(
            "[default]\naws_access_key_id=A1\naws_secret_access_key=s\naws_session_token=old\n")
        let expired = ScriptedTransport.Step.respond(
            400, [:], "<Error><Code>ExpiredToken</Code><Message>expired</Message></Error>")
        let transport = ScriptedTransport([
            .respond(200), .init { _ throws(TransportError) in Response(status: 200) }, expired,
            .respond(200),
            expired, expired,
        ])
        let harness = try await CredentialHarness(
            ["AWS_SHARED_CREDENTIALS_FILE": keys.path], transport: transport)
        let s3 = harness.session.s3()
        _ = try await s3.head(.picture)
        _ = try await s3.head(.picture)
        try keys.write("[default]\naws_access_key_id=A2\naws_secret_access_key=s\naws_session_token=new\n")
        harness.clock.advance(.seconds(60))
        _ = try await s3.get(.picture, maximumBytes: 10)
        #expect(
            transport.requests.map { $0.headers["X-Amz-Security-Token"] } == ["old", "old", "old", "new"])
        harness.clock.advance(.seconds(60))
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 10) }
        #expect(error.kind == .expiredCredentials)
        #expect(error.attempts == 2)
        #expect(transport.unusedSteps == 0)
    }

    @Test func `with a wrong secret are found again when the file has been corrected`() async throws {
        let keys = try TemporaryFile("[default]\naws_access_key_id=A1\naws_secret_access_key=wrong\n")
        let refused = ScriptedTransport.Step.respond(
            403, [:], "<Error><Code>InvalidAccessKeyId</Code><Message>no</Message></Error>")
        let transport = ScriptedTransport([refused, refused, .respond(200)])
        let harness = try await CredentialHarness(
            ["AWS_SHARED_CREDENTIALS_FILE": keys.path], transport: transport)
        let s3 = harness.session.s3()
        for _ in 0..<2 {
            #expect(
                try await awsError { try await s3.get(.picture, maximumBytes: 10) }.kind
                    == .invalidCredentials)
        }
        try keys.write("[default]\naws_access_key_id=A2\naws_secret_access_key=right\n")
        harness.clock.advance(.seconds(6))
        _ = try await s3.get(.picture, maximumBytes: 10)
        #expect(transport.requests.last?.headers["Authorization"]?.contains("Credential=A2/") == true)
    }
}
