// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import Scripted
import SigV4
import Support
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CredentialCacheTests {
    let clock = VirtualClock(now: 0)

    func cache(_ source: GatedSource) -> CredentialCache {
        CredentialCache(source, clock: clock, random: { 0.5 }, logger: LogRecorder().logger)
    }

    func id(_ cache: CredentialCache) async throws -> String {
        try await cache.credentials().signing.accessKeyID
    }

    @Test func `all callers that wait at the same time share one fetch`() async throws {
        let source = GatedSource(GatedSource.keys("A", until: 3600))
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
    func `the identity in use is known without waiting, and logged when a refresh fails`()
        async throws
    {
        let source = GatedSource(GatedSource.keys("A", until: 3600))
        let lines = LogRecorder()
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
        source.set(GatedSource.keys("B", until: 7200))
        clock.advance(.seconds(90))
        while try await id(cache) == "A" { try await Task.sleep(for: .milliseconds(2)) }
        #expect(cache.identity == CredentialIdentity(accessKeyID: "B", source: "gated", expiration: 7200))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (1_798_761_599.9, "2026-12-31T23:59:59Z"), (-5, "1970-01-01T00:00:00Z"),
        (1e300, "9999-12-31T23:59:59Z"),
    ])
    func `the expiration in the log is an RFC 3339 time`(time: Double, text: String) {
        let identity = CredentialIdentity(accessKeyID: "A", source: "gated", expiration: time)
        #expect(identity.fields["credentials_expire"] == "\(text)")
    }

    @Test func `a refresh runs in the background while the credentials are valid`() async throws {
        let source = GatedSource(GatedSource.keys("A", until: 3600))
        let cache = cache(source)
        #expect(try await id(cache) == "A")
        clock.advance(.seconds(2600))
        #expect(try await id(cache) == "A")
        #expect(source.fetches == 1, "more than 15 minutes are left")
        source.set(GatedSource.keys("B", until: 9000))
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

    @Test func `failing refreshes are repeated every five seconds, and valid credentials remain in use`()
        async throws
    {
        let source = GatedSource(GatedSource.keys("A", until: 3600))
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
        source.set(GatedSource.keys("B", until: 90_000))
        clock.advance(.seconds(6))
        #expect(try await id(cache) == "B")
    }

    @Test func `short-lived credentials are refreshed after half of their lifetime`() async throws {
        let source = GatedSource(GatedSource.keys("A", until: 300))
        let cache = cache(source)
        _ = try await id(cache)
        clock.advance(.seconds(140))
        _ = try await id(cache)
        #expect(source.fetches == 1)
        source.set(GatedSource.keys("B", until: 600))
        clock.advance(.seconds(30))
        while try await id(cache) == "A" { try await Task.sleep(for: .milliseconds(2)) }
    }

    @Test func `credentials without expiration are fetched again only after a rejection`() async throws {
        let source = GatedSource(GatedSource.keys("A", until: nil))
        let cache = cache(source)
        let first = try await cache.credentials()
        clock.advance(.seconds(1_000_000))
        _ = try await id(cache)
        #expect(source.fetches == 1)
        source.set(GatedSource.keys("B", until: nil))
        await cache.reject(first.signing)
        #expect(try await id(cache) == "B")
        await cache.reject(first.signing)
        #expect(try await id(cache) == "B")
        #expect(source.fetches == 2, "the rejected ones are no longer in use")
    }

    @Test func `jitter spreads the refreshes of a fleet`() async throws {
        // Within two minutes of the expiration callers wait, so the result shows whether a refresh was due.
        for (jitter, expected) in [(0.0, "B"), (0.99, "A")] {
            let source = GatedSource(GatedSource.keys("A", until: 200))
            let clock = VirtualClock(now: 0)
            let cache = CredentialCache(
                source, clock: clock, random: { jitter }, logger: LogRecorder().logger)
            _ = try await id(cache)
            source.set(GatedSource.keys("B", until: 400))
            clock.advance(.seconds(110))
            #expect(try await id(cache) == expected)
            clock.advance(.seconds(20))
            #expect(try await id(cache) == "B")
        }
    }

    @Test func `an identity is logged once, not for each refresh that returns the same credentials`()
        async throws
    {
        let source = GatedSource(GatedSource.keys("A", until: nil))
        let lines = LogRecorder()
        let cache = CredentialCache(source, clock: clock, random: { 0.5 }, logger: lines.logger)
        for _ in 0..<3 {
            let keys = try await cache.credentials()
            clock.advance(.seconds(10))
            await cache.reject(keys.signing)
        }
        #expect(source.fetches == 3)
        #expect(lines.lines.filter { $0.contains("\"event\": identity") }.count == 1)
    }

    @Test func `rejected credentials are not fetched again within five seconds of their fetch`() async throws
    {
        let source = GatedSource(GatedSource.keys("A", until: 3600))
        let cache = cache(source)
        let first = try await cache.credentials()
        source.set(GatedSource.keys("B", until: 3600))
        for _ in 0..<4 {
            await cache.reject(first.signing)
            #expect(try await id(cache) == "A")
            clock.advance(.seconds(1))
        }
        #expect(source.fetches == 1)
        clock.advance(.seconds(1))
        #expect(try await id(cache) == "B")
    }

    @Test func `valid credentials are never replaced by expired ones`() async throws {
        let source = GatedSource(GatedSource.keys("A", until: 200), isStaticallyStable: true)
        let lines = LogRecorder()
        let cache = CredentialCache(source, clock: clock, random: { 0 }, logger: lines.logger)
        _ = try await id(cache)
        source.set(GatedSource.keys("B", until: -3600))
        for _ in 0..<9 {
            clock.advance(.seconds(22))
            #expect(try await id(cache) == "A")
            #expect(cache.identity?.expiration == 200, "they are not extended while they are valid")
        }
        // Both have expired now: the one with the later expiration is extended.
        clock.advance(.seconds(10))
        #expect(try await id(cache) == "A")
        #expect(cache.identity?.expiration == 1228)
        #expect(!lines.lines.contains { $0.contains("\"access_key_id\": B") })
        source.set(GatedSource.keys("C", until: 600))
        clock.advance(.seconds(1000))
        #expect(try await id(cache) == "C", "half of the extension is over")
        #expect(
            lines.lines.filter { $0.contains("\"event\": identity") && $0.contains("key C from") }.count == 1)
        // The end of an extension is not an expiration.
        source.set(GatedSource.keys("D", until: 700))
        clock.advance(.seconds(1000))
        #expect(try await id(cache) == "D")
        source.set(GatedSource.keys("E", until: 9000))
        clock.advance(.seconds(1000))
        #expect(try await id(cache) == "E")
    }

    @Test func `a wall clock that is set back does not prolong the pause after a failure`() async throws {
        let source = GatedSource(nil)
        let cache = cache(source)
        _ = try await awsError { try await cache.credentials() }
        clock.setWall(by: -7200)
        source.set(GatedSource.keys("A", until: nil))
        clock.advance(.seconds(6))
        #expect(try await id(cache) == "A")
        // The age of rejected credentials does not depend on the wall clock either.
        clock.setWall(by: -7200)
        source.set(GatedSource.keys("B", until: nil))
        clock.advance(.seconds(6))
        await cache.reject(try await cache.credentials().signing)
        #expect(try await id(cache) == "B")
    }

    @Test func `credentials that expire sooner replace only rejected ones`() async throws {
        let source = GatedSource(GatedSource.keys("A", until: 200))
        let cache = cache(source)
        let first = try await cache.credentials()
        source.set(GatedSource.keys("B", until: 199))
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

    @Test func `rejected credentials are used again when there are no others`() async throws {
        let source = GatedSource(GatedSource.keys("A", until: nil))
        let cache = cache(source)
        let first = try await cache.credentials()
        clock.advance(.seconds(10))
        source.set(nil)
        await cache.reject(first.signing)
        #expect(try await id(cache) == "A")
    }
}
