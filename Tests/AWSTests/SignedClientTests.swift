// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import Support
import Testing

struct SignedClientTests {
    static let ok = ScriptedTransport.Step.respond(200, ["ETag": "\"a\""], "x")

    /// Returns a session with static credentials that does not ask STS for its identity.
    private static func session(
        _ transport: any Transport, clock: VirtualClock = VirtualClock(), userAgent: String = "pixelated"
    ) async throws -> AWSSession {
        var options = AWSOptions()
        options.logIdentity = false
        return try await AWSSession(
            options, queueURL: nil, transport: transport,
            host: HostEnvironment(
                environment: [
                    "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1",
                ],
                homeDirectory: nil, clock: clock),
            userAgent: userAgent, logger: LogRecorder().logger)
    }

    @Test func `a 5xx is retried with growing pauses and one invocation id`() async throws {
        let harness = try await AWSHarness([.respond(500), .respond(503), Self.ok])
        _ = try await harness.s3.get(.picture, maximumBytes: 10)
        harness.expectPlayed()
        #expect(harness.clock.sleeps == [.milliseconds(25), .milliseconds(50)])
        let requests = harness.transport.requests
        #expect(
            requests.map { $0.headers["amz-sdk-request"] } == [
                "attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3",
            ])
        #expect(Set(requests.map { $0.headers["amz-sdk-invocation-id"] }).count == 1)
        let identifier = try #require(requests[0].headers["amz-sdk-invocation-id"])
        let uuid = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        #expect(try uuid.wholeMatch(in: identifier) != nil)
    }

    @Test func `each attempt is signed for its own time`() async throws {
        let harness = try await AWSHarness(
            [.respond(503, [:], "<Error><Code>SlowDown</Code></Error>"), Self.ok], jitter: 0.999)
        harness.clock.advance(.milliseconds(500))
        _ = try await harness.s3.get(.picture, maximumBytes: 10)
        let dates = harness.transport.requests.map { $0.headers["X-Amz-Date"] }
        #expect(dates == ["20231114T221320Z", "20231114T221321Z"])
    }

    @Test func `the pauses after throttling begin at one second`() async throws {
        let slow = ScriptedTransport.Step.respond(503, [:], "<Error><Code>SlowDown</Code></Error>")
        let harness = try await AWSHarness([slow, slow, Self.ok])
        _ = try await harness.s3.get(.picture, maximumBytes: 10)
        #expect(harness.clock.sleeps == [.milliseconds(500), .seconds(1)])
    }

    /// The codes of botocore's `ThrottledRetryableChecker`, and two that KMS and SQS send besides.
    @Test(arguments: [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException",
        "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
        "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
        "EC2ThrottledException", "KmsThrottled", "AWS.SimpleQueueService.RequestThrottled",
    ])
    func `a throttling code is throttling with any status`(_ code: String) async throws {
        let slow = ScriptedTransport.Step.respond(400, [:], "<Error><Code>\(code)</Code></Error>")
        let harness = try await AWSHarness([slow, slow, slow])
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        #expect(error.kind == .throttled)
        #expect(harness.clock.sleeps == [.milliseconds(500), .seconds(1)])
        harness.expectPlayed()
    }

    @Test func `OverLimit is throttling that is not retried, as in botocore`() async throws {
        let overLimit = ScriptedTransport.Step.respond(403, [:], "<Error><Code>OverLimit</Code></Error>")
        let harness = try await AWSHarness([overLimit])
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        #expect(error.kind == .throttled)
        #expect(harness.clock.sleeps.isEmpty)
        harness.expectPlayed()
    }

    @Test func `x-amz-retry-after extends a pause by at most 5 seconds`() async throws {
        func asking(_ milliseconds: Int) -> ScriptedTransport.Step {
            .respond(503, ["x-amz-retry-after": "\(milliseconds)"])
        }
        let harness = try await AWSHarness([asking(1500), asking(60_000), Self.ok])
        _ = try await harness.s3.get(.picture, maximumBytes: 10)
        #expect(harness.clock.sleeps == [.milliseconds(1500), .milliseconds(5050)])
    }

    @Test func `the error of the last attempt is thrown`() async throws {
        let harness = try await AWSHarness([.respond(500), .respond(500), .respond(502)])
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        #expect(error.kind == .server)
        #expect(error.status == 502)
        #expect(error.attempts == 3)
        harness.expectPlayed()
    }

    @Test(arguments: [TransportError.Kind.timedOut, .disconnected, .truncated, .refused, .unresolvable, .tls])
    func `a failed transfer is retried on a new connection`(_ kind: TransportError.Kind) async throws {
        let harness = try await AWSHarness([.fail(kind), Self.ok])
        _ = try await harness.s3.get(.picture, maximumBytes: 10)
        #expect(harness.transport.requests.map(\.routing.freshConnection) == [false, true])
    }

    @Test func `a cancelled call is not retried`() async throws {
        let harness = try await AWSHarness([.fail(.cancelled)])
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        #expect(error.kind == .cancelled)
        harness.expectPlayed()
    }

    @Test func `an attempt gets at most the remaining time of the call`() async throws {
        var options = AWSOptions()
        options.timeouts.totalSeconds = 70
        options.timeouts.attemptSeconds = 60
        let transport = try await AWSHarness([], options: options)
        transport.transport.add([
            .init { [clock = transport.clock] request throws(TransportError) in
                clock.advance(.seconds(60))
                throw TransportError(.timedOut, phase: .waiting, host: "h", elapsed: .seconds(60), detail: "")
            },
            .init { [clock = transport.clock] request throws(TransportError) in
                clock.advance(request.limits.total)
                throw TransportError(.timedOut, phase: .waiting, host: "h", elapsed: .zero, detail: "")
            },
        ])
        let error = try await awsError { try await transport.s3.get(.picture, maximumBytes: 10) }
        #expect(error.kind == .timedOut)
        #expect(error.attempts == 2)
        #expect(error.elapsed <= .seconds(70))
        let limits = transport.transport.requests.map(\.limits.total)
        #expect(limits == [.seconds(60), .seconds(10) - .milliseconds(25)])
        transport.expectPlayed()
    }

    @Test func `a retry whose pause exceeds the remaining time is not begun`() async throws {
        var options = AWSOptions()
        options.timeouts.totalSeconds = 0.3
        options.timeouts.attemptSeconds = 0.3
        let harness = try await AWSHarness([.respond(503, ["x-amz-retry-after": "4000"])], options: options)
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        #expect(error.attempts == 1)
        #expect(harness.clock.sleeps.isEmpty)
    }

    @Test func `an empty quota allows no retry`() async throws {
        // 500 tokens at 14 a retry: 35 retries in all.
        let harness = try await AWSHarness(Array(repeating: .respond(500), count: 18 * 3))
        let s3 = harness.s3
        var attempts = 0
        for _ in 0..<18 {
            attempts += try await awsError { try await s3.get(.picture, maximumBytes: 10) }.attempts
        }
        #expect(attempts == 18 + 35)
        #expect(harness.transport.unusedSteps == 1)
    }

    @Test func `a success refills the cost of its last retry, or one token`() async throws {
        // 35 retries leave 10 tokens, which is not enough for one more.
        let harness = try await AWSHarness(Array(repeating: .respond(500), count: 53))
        let s3 = harness.s3
        for _ in 0..<18 { _ = try await awsError { try await s3.get(.picture, maximumBytes: 10) } }
        harness.expectPlayed()
        func attempts() async throws -> Int {
            harness.transport.add([.respond(500)])
            return try await awsError { try await s3.get(.picture, maximumBytes: 10) }.attempts
        }
        for _ in 0..<3 {
            #expect(try await attempts() == 1)
            harness.transport.add([Self.ok])
            _ = try await s3.get(.picture, maximumBytes: 10)
        }
        // 13 tokens and one more pay for a retry, and the success of that retry gives them back.
        harness.transport.add([Self.ok])
        _ = try await s3.get(.picture, maximumBytes: 10)
        for _ in 0..<3 {
            harness.transport.add([.respond(500), Self.ok])
            _ = try await s3.get(.picture, maximumBytes: 10)
        }
        harness.expectPlayed()
    }

    @Test func `concurrent calls all retry after one correction of the clock`() async throws {
        let transport = MeetingTransport()
        let clock = VirtualClock()
        let session = try await Self.session(transport, clock: clock)
        let s3 = session.s3()
        async let first = s3.head(.picture)
        async let second = s3.head(.picture)
        _ = try await (first, second)
    }

    @Test func `a failed long poll waits before it throws, even without quota`() async throws {
        let harness = try await AWSHarness(Array(repeating: .respond(500), count: 21 * 3))
        let sqs = try harness.sqs
        for round in 0..<20 {
            let before = harness.clock.sleeps.count
            _ = try await awsError {
                try await sqs.receive(maxMessages: 1, wait: .seconds(20), visibility: .seconds(30))
            }
            #expect(harness.clock.sleeps.count > before, "round \(round)")
        }
    }

    @Test func `a refused time is corrected by the server's clock, once and for later calls`() async throws {
        let skewed = ScriptedTransport.Step.respond(
            403, ["Date": "Tue, 14 Nov 2023 22:33:20 GMT"],
            "<Error><Code>RequestTimeTooSkewed</Code><Message>m</Message></Error>")
        let harness = try await AWSHarness([skewed, Self.ok, Self.ok, skewed])
        let s3 = harness.s3
        _ = try await s3.get(.picture, maximumBytes: 10)
        _ = try await s3.get(.picture, maximumBytes: 10)
        #expect(
            harness.transport.requests.map { $0.headers["X-Amz-Date"] } == [
                "20231114T221320Z", "20231114T223320Z", "20231114T223320Z",
            ])
        #expect(harness.log.lines.contains { $0.contains("clock of this machine is off by -1200 s") })
        // The correction did not help, and there is no second one.
        #expect(try await awsError { try await s3.get(.picture, maximumBytes: 10) }.kind == .clockSkew)
        harness.expectPlayed()
    }

    @Test(arguments: [
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
        "AuthFailure", "SignatureDoesNotMatch",
    ])
    func `a refused signature whose response has a distant Date is made again`(_ code: String) async throws {
        let body = "<Error><Code>\(code)</Code></Error>"
        let skewed = ScriptedTransport.Step.respond(403, ["Date": "Tue, 14 Nov 2023 22:33:20 GMT"], body)
        let harness = try await AWSHarness([skewed, Self.ok])
        _ = try await harness.s3.get(.picture, maximumBytes: 10)
        #expect(harness.transport.requests.last?.headers["X-Amz-Date"] == "20231114T223320Z")
        // When the date is right, the secret is wrong, and there is no retry.
        let wrong = try await AWSHarness([.respond(403, ["Date": "Tue, 14 Nov 2023 22:13:20 GMT"], body)])
        let error = try await awsError { try await wrong.s3.get(.picture, maximumBytes: 10) }
        #expect(error.attempts == 1)
        wrong.expectPlayed()
    }

    /// Responses of a server whose clock is 20 minutes ahead of the local one, each with the time in another place.
    static let distantTimes: [(Headers, String)] = [
        (["Date": "Tuesday, 14-Nov-23 22:33:20 GMT"], "<Error><Code>RequestTimeTooSkewed</Code></Error>"),
        (["Date": "Tue Nov 14 22:33:20 2023"], "<Error><Code>RequestTimeTooSkewed</Code></Error>"),
        (
            [:],
            "<Error><Code>RequestTimeTooSkewed</Code><RequestTime>20231114T221320Z</RequestTime>"
                + "<ServerTime>2023-11-14T22:33:20Z</ServerTime></Error>"
        ),
        (
            ["Date": "Thu, 01 Jan 1970 00:00:00 GMT"],
            "<Error><Code>RequestTimeTooSkewed</Code><ServerTime>2023-11-14T22:33:20.000Z</ServerTime></Error>"
        ),
        (
            [:],
            "<Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: 20231114T221320Z is now earlier "
                + "than 20231114T222820Z (20231114T223320Z - 5 min.)</Message></Error>"
        ),
    ]

    @Test(arguments: distantTimes)
    func `the server's time is found in the error document, the Date or the message`(
        _ headers: Headers, _ body: String
    ) async throws {
        let harness = try await AWSHarness([.respond(403, headers, body), Self.ok])
        _ = try await harness.s3.get(.picture, maximumBytes: 10)
        #expect(harness.transport.requests.last?.headers["X-Amz-Date"] == "20231114T223320Z")
        harness.expectPlayed()
    }

    @Test func `requests have the user agent of the session`() async throws {
        let transport = ScriptedTransport([.respond(500), Self.ok])
        let session = try await Self.session(transport, userAgent: "pixelated/1.2.3")
        _ = try await session.s3().get(.picture, maximumBytes: 10)
        let agents = transport.requests.map { $0.headers["User-Agent"] }
        #expect(agents == ["pixelated/1.2.3", "pixelated/1.2.3"])
    }

    @Test func `headers, errors and log lines contain no secret`() async throws {
        let harness = try await AWSHarness([
            .respond(403, [:], "<Error><Code>SignatureDoesNotMatch</Code></Error>"), .respond(500), Self.ok,
        ])
        let s3 = harness.s3
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 10) }
        _ = try await s3.get(.picture, maximumBytes: 10)
        var dumped = ""
        dump(error, to: &dumped)
        dump(harness.session, to: &dumped)
        dump(try await harness.session.credentials.credentials(), to: &dumped)
        let seen = dumped + harness.log.lines.joined() + "\(harness.transport.requests)"
        #expect(!seen.contains("the-secret-itself"))
        #expect(harness.log.lines.contains { $0.contains("AKIDEXAMPLE") })
    }
}

/// Refuses the time of the first two requests, once both have arrived, and accepts all later requests.
private final class MeetingTransport: Transport {
    private struct State {
        var count = 0
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())

    func send(_ request: Request) async throws(TransportError) -> Response {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        guard number <= 2 else { return Response(status: 200, headers: ["ETag": "\"a\""]) }
        await withCheckedContinuation { continuation in
            let other = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard let other = state.waiting else {
                    state.waiting = continuation
                    return nil
                }
                return other
            }
            guard let other else { return }
            other.resume()
            continuation.resume()
        }
        return Response(
            status: 403, headers: ["Date": "Tue, 14 Nov 2023 22:33:20 GMT"],
            body: Array("<Error><Code>RequestTimeTooSkewed</Code></Error>".utf8))
    }
}
