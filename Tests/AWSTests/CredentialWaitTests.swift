// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import SigV4
import Support
import Testing

/// Waiting for keys obeys the caller: its deadline and its cancellation. The limits are in real time and short
/// only where nothing else can end the wait.
@Suite(.timeLimit(.minutes(1))) struct `Waiting for credentials` {
    let clock = VirtualClock(now: 0)

    func cache(_ source: GatedSource) -> CredentialCache {
        CredentialCache(source, clock: clock, random: { 0.5 }, logger: LogLines().logger)
    }

    static func keys(_ id: String, until expiration: Double?) -> Credentials? {
        `The cache of credentials`.keys(id, until: expiration)
    }

    @Test func `ends in time, and the refresh goes on for the others`() async throws {
        let source = GatedSource(Self.keys("A", until: 3600))
        source.close()
        let cache = cache(source)
        async let patient = cache.credentials()
        let error = try await awsError { try await cache.credentials(within: .milliseconds(20)) }
        #expect(error.kind == .timedOut)
        #expect(error.description.contains("credentials gated: timed-out: they did not come within 20 ms"))
        source.open()
        #expect(try await patient.signing.accessKeyID == "A")
        #expect(try await cache.credentials(within: .zero).signing.accessKeyID == "A")
        #expect(source.fetches == 1)
    }

    @Test func `ends when the client's calls do, for who has no deadline`() async throws {
        let source = GatedSource(nil)
        source.close()
        let cache = CredentialCache(
            source, clock: clock, random: { 0.5 }, defaultWait: .milliseconds(20), logger: LogLines().logger)
        #expect(try await awsError { try await cache.credentials() }.kind == .timedOut)
        source.open()
    }

    @Test func `is over at once for who is cancelled, and for nobody else`() async throws {
        let source = GatedSource(Self.keys("A", until: 3600))
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

    @Test func `for new keys leaves time to use the old ones`() async throws {
        let source = GatedSource(Self.keys("A", until: 3600))
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
            logger: LogLines().logger)
    }

    @Test func `ends with the time of the call, which says what it waited for`() async throws {
        let transport = GatedTransport()
        transport.close()
        let session = try await Self.session(transport, clock: clock, totalSeconds: 0.05)
        let s3 = session.s3()
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 10) }
        #expect(error.kind == .timedOut)
        #expect(error.message.hasPrefix("GetObject s3://pictures/a/b.jpg needs credentials: they did not"))
        let direct = try await awsError { try await session.credentials.credentials() }
        #expect(direct.kind == .timedOut)
        transport.open()
    }

    @Test func `ends with what is left of the time of the call`() async throws {
        let transport = GatedTransport()
        let session = try await Self.session(transport, clock: clock, totalSeconds: 3600)
        // The keys are those of an hour, which is over when the answer comes.
        transport.answer { [clock] in
            transport.close()
            clock.advance(.seconds(3599.95))
            return Response(status: 400, body: Array("<Error><Code>ExpiredToken</Code></Error>".utf8))
        }
        let error = try await awsError { try await session.s3().get(.picture, maximumBytes: 10) }
        #expect(error.kind == .timedOut)
        #expect(error.message.contains("needs credentials"))
        transport.open()
    }

    @Test func `is over at once for a call that is cancelled`() async throws {
        let transport = GatedTransport()
        transport.close()
        let session = try await Self.session(transport, clock: clock, totalSeconds: 50)
        let task = Task { try await session.s3().get(.picture, maximumBytes: 10) }
        while transport.asked == 0 { try await Task.sleep(for: .milliseconds(2)) }
        task.cancel()
        #expect(try await awsError { try await task.value }.kind == .cancelled)
        transport.open()
    }
}

/// Gives keys of half an hour to who asks the container's address while it is open, and lets them wait while it
/// is closed. Everything else is answered by the test.
final class GatedTransport: Transport {
    private let gate = GatedSource(`The cache of credentials`.keys("A", until: 1800))
    private let others = Locked<@Sendable () -> Response>({ Response(status: 200) })

    var asked: Int { gate.fetches }

    func close() { gate.close() }
    func open() { gate.open() }
    func answer(_ body: @escaping @Sendable () -> Response) { others.withLock { $0 = body } }

    func send(_ request: Request) async throws(TransportError) -> Response {
        guard request.url.host == "169.254.170.2" else {
            let answer = others.withLock { $0 }
            return answer()
        }
        _ = try? await gate.fetch()
        let keys =
            #"{"AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t","Expiration":"\#(ISO.text(1800))"}"#
        return Response(status: 200, body: Array(keys.utf8))
    }
}
