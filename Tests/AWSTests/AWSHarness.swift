// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Logging
import Scripted
import Testing

/// A session with static keys over a scripted transport and a virtual clock.
struct AWSHarness {
    let transport: ScriptedTransport
    let clock: VirtualClock
    let log = LogRecorder()
    let session: AWSSession
    static let queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/pictures"

    init(
        _ steps: [ScriptedTransport.Step], options: AWSOptions = AWSOptions(), jitter: Double = 0.5,
        queue: String = AWSHarness.queue, logIdentity: Bool = false
    ) async throws {
        var options = options
        options.logIdentity = logIdentity
        transport = ScriptedTransport(steps)
        let clock = VirtualClock()
        self.clock = clock
        let host = HostEnvironment(
            environment: [
                "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "the-secret-itself",
                "AWS_REGION": "eu-west-1",
            ],
            homeDirectory: nil, clock: clock, random: { jitter })
        session = try await AWSSession(
            options, queueURL: queue, transport: transport, host: host, logger: log.logger)
    }

    var s3: S3Client { session.s3() }
    var sqs: SQSClient { get throws { try session.sqs(queueURL: Self.queue) } }

    /// Expects that all scripted responses were used and no further request was sent.
    func expectPlayed(_ location: SourceLocation = #_sourceLocation) {
        #expect(transport.unusedSteps == 0, sourceLocation: location)
        #expect(transport.unplannedRequests == 0, sourceLocation: location)
    }
}

/// Runs `body`, which must throw an `AWSError`, and returns it.
func awsError<Success>(
    _ location: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Success
) async throws -> AWSError {
    try #require(
        await #expect(throws: AWSError.self, sourceLocation: location) { _ = try await body() },
        sourceLocation: location)
}

extension ObjectReference {
    static let picture = ObjectReference(bucket: "pictures", key: "a/b.jpg")
}
