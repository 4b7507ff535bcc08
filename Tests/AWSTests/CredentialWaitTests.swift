// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import SigV4
import Support
import Testing

/// The limits are in real time, and short only where nothing else can end the wait.
@Suite(.timeLimit(.minutes(1)))
struct CredentialWaitTests {
    let clock = VirtualClock(now: 0)

    func cache(_ source: GatedSource) -> CredentialCache {
        CredentialCache(source, clock: clock, random: { 0.5 }, logger: LogRecorder().logger)
    }

    @Test func `a wait ends at its limit, and the refresh continues for the other callers`() async throws {
        let source = GatedSource(GatedSource.keys("A", until: 3600))
        source.close()
        let cache = cache(source)
        async let patient = cache.credentials()
        let error = try await awsError { try await cache.credentials(within: .milliseconds(20)) }
        #expect(error.kind == .timedOut)
        #expect(error.description.contains("credentials gated: timed-out: no credentials within 20 ms"))
        source.open()
        #expect(try await patient.signing.accessKeyID == "A")
        #expect(try await cache.credentials(within: .zero).signing.accessKeyID == "A")
        #expect(source.fetches == 1)
    }

    @Test func `a wait without a limit ends with the total time of a call`() async throws {
        let source = GatedSource(nil)
        source.close()
        let cache = CredentialCache(
            source, clock: clock, random: { 0.5 }, defaultWait: .milliseconds(20),
            logger: LogRecorder().logger)
        #expect(try await awsError { try await cache.credentials() }.kind == .timedOut)
        source.open()
    }

    @Test func `cancelling a task ends its wait at once, and no other`() async throws {
        let source = GatedSource(GatedSource.keys("A", until: 3600))
        source.close()
        let cache = cache(source)
        let cancelled = (0..<10).map { _ in Task { try await cache.credentials(within: .seconds(50)) } }
        let patient = Task { try await cache.credentials(within: .seconds(50)) }
        while source.fetches == 0 { try await Task.sleep(for: .milliseconds(2)) }
        for each in cancelled { each.cancel() }
        for each in cancelled {
            #expect(try await awsError { try await each.value }.kind == .cancelled)
        }
        source.open()
        #expect(try await patient.value.signing.accessKeyID == "A")
        #expect(source.fetches == 1)
    }

    @Test func `a wait with a fallback takes at most half of its limit`() async throws {
        let source = GatedSource(GatedSource.keys("A", until: 3600))
        let cache = cache(source)
        _ = try await cache.credentials()
        source.close()
        clock.advance(.seconds(3500))
        #expect(try await cache.credentials(within: .milliseconds(20)).signing.accessKeyID == "A")
        let cancelled = Task { try await cache.credentials(within: .seconds(50)) }
        cancelled.cancel()
        #expect(try await awsError { try await cancelled.value }.kind == .cancelled)
        source.open()
    }

    /// A session with keys from a container, over `GatedTransport`.
    static func session(
        _ transport: GatedTransport, clock: VirtualClock, totalSeconds: Double
    ) async throws -> AWSSession {
        var options = AWSOptions()
        options.logIdentity = false
        options.timeouts.totalSeconds = totalSeconds
        let host = HostEnvironment(
            environment: [
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/keys", "AWS_REGION": "eu-west-1",
                "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
            ], homeDirectory: nil, clock: clock, random: { 0.5 })
        return try await AWSSession(
            options, queueURL: nil, transport: transport, host: host,
            logger: LogRecorder().logger)
    }

    @Test func `a call that waits for credentials ends with the call's total time and says why`() async throws
    {
        let transport = GatedTransport()
        transport.close()
        let session = try await Self.session(transport, clock: clock, totalSeconds: 0.05)
        let s3 = session.s3()
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 10) }
        #expect(error.kind == .timedOut)
        #expect(
            error.message.hasPrefix(
                "GetObject s3://pictures/a/b.jpg needs credentials: no credentials within"))
        let direct = try await awsError { try await session.credentials.credentials() }
        #expect(direct.kind == .timedOut)
        transport.open()
    }

    @Test func `a retry waits for credentials no longer than the call's remaining time`() async throws {
        let transport = GatedTransport()
        let session = try await Self.session(transport, clock: clock, totalSeconds: 3600)
        // The credentials have expired when the response arrives.
        transport.respond { [clock] in
            transport.close()
            clock.advance(.seconds(3599.95))
            return Response(status: 400, body: Array("<Error><Code>ExpiredToken</Code></Error>".utf8))
        }
        let error = try await awsError { try await session.s3().get(.picture, maximumBytes: 10) }
        #expect(error.kind == .timedOut)
        #expect(error.message.contains("needs credentials"))
        transport.open()
    }

    @Test func `cancelling a call ends its wait for credentials at once`() async throws {
        let transport = GatedTransport()
        transport.close()
        let session = try await Self.session(transport, clock: clock, totalSeconds: 50)
        let task = Task { try await session.s3().get(.picture, maximumBytes: 10) }
        while transport.fetches == 0 { try await Task.sleep(for: .milliseconds(2)) }
        task.cancel()
        #expect(try await awsError { try await task.value }.kind == .cancelled)
        transport.open()
    }
}
