// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Logging
import Scripted
import Support
import Testing

/// A clock that jumps over every wait and remembers how long each one was.
final class VirtualClock: AWSClock {
    private struct State {
        var uptime = Duration.zero
        var wallOffset: Double
        var sleeps: [Duration] = []
    }

    private let state: Locked<State>

    /// - Parameter now: seconds since the epoch at the beginning; 2023-11-14T22:13:20Z unless given.
    init(now: Double = 1_700_000_000) { state = Locked(State(wallOffset: now)) }

    func now() -> Double { state.withLock { $0.wallOffset + Self.seconds($0.uptime) } }
    func uptime() -> Duration { state.withLock { $0.uptime } }

    func sleep(for duration: Duration) async throws(CancellationError) {
        guard !Task.isCancelled else { throw CancellationError() }
        state.withLock {
            $0.sleeps.append(duration)
            $0.uptime += duration
        }
    }

    func advance(_ duration: Duration) { state.withLock { $0.uptime += duration } }

    /// Sets the wall clock alone, as somebody who corrects it does.
    func setWall(by seconds: Double) { state.withLock { $0.wallOffset += seconds } }

    /// The pauses so far that were longer than nothing.
    var sleeps: [Duration] { state.withLock { $0.sleeps.filter { $0 > .zero } } }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}

/// Keeps log lines, to show what an operator sees.
final class LogLines: Sendable {
    private let stored = Locked<[String]>([])
    var lines: [String] { stored.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(lines: self) }
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.stored.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
        }
    }
}

/// Clients over a script, with static keys and no waiting.
struct AWSHarness {
    let transport: ScriptedTransport
    let clock: VirtualClock
    let log = LogLines()
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

    /// The script has been played to its end, and nothing else was asked.
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
