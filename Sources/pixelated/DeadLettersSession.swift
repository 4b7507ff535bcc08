// SPDX-License-Identifier: Apache-2.0

import AWS
import ArgumentParser
import Curl
import Daemon
import DeadLetters
import Logging
import Pixelation
import Settings
import Support
import Systemd
import Worker

/// The access of the commands `pixelated dead-letters` to AWS.
struct DeadLettersSession {
    /// The open session.
    struct Open {
        let settings: Configuration
        let session: AWSSession

        /// Returns the dead letters of the quarantine.
        func letters() throws -> any DeadLetterStore {
            if let url = settings.queue.deadLetterURL {
                let isFIFO = url.hasSuffix(".fifo")
                return QueueDeadLetters(
                    try session.sqs(queueURL: url, setting: "queue.deadLetterURL"),
                    limit: isFIFO ? QueueDeadLetters.limitOfFIFO : QueueDeadLetters.limit)
            }
            guard let location = settings.queue.quarantineLocation else {
                printError(
                    "no quarantine is configured; set queue.deadLetterURL (--set queue.deadLetterURL=URL) or "
                        + "queue.quarantinePrefix")
                throw ExitCode(ExitReason.configuration.rawValue)
            }
            return BucketDeadLetters(
                S3QuarantineBucket(
                    session.s3(outputBucket: location.bucket), bucket: location.bucket,
                    prefix: location.prefix))
        }

        /// Returns the source queue.
        func queue() throws -> any ReplayQueue { try session.sqs(queueURL: settings.queue.url) }

        /// Starts decoders, and returns the trial with the engine of the configuration.
        ///
        /// - Throws: `ExitCode` when no decoder can be started.
        func trial() throws -> (trial: EngineTrial, decoders: Decoders) {
            let count = settings.worker.effectiveCPUWorkers
            let decoders = Decoders(settings.isolation, settings.pixelation, count: count, onEvent: { _ in })
            if let failure = decoders.waitUntilReady(1) {
                decoders.shutDown()
                printError("no decoder can be started: \(failure)")
                throw ExitCode(ExitReason.software.rawValue)
            }
            let store = S3Store(session.s3(outputBucket: settings.worker.output.bucket))
            let trial = EngineTrial(
                store: store,
                engine: PooledPixelator(
                    Pixelator(settings.pixelation, reducer: decoders.reducer), options: settings.worker),
                quarantine: settings.queue.quarantineLocation.map {
                    BucketQuarantine(store: store, bucket: $0.bucket, prefix: $0.prefix)
                }, options: settings.worker)
            return (trial, decoders)
        }
    }

    private let settings: Configuration

    /// Reads the settings.
    ///
    /// - Throws: `ExitCode` when they are unusable.
    init(_ arguments: ConfigurationArguments) throws { settings = try arguments.load(service: true) }

    /// Runs a command. An error is printed and becomes the exit status of its class.
    func run(_ command: (Open) async throws -> Void) async throws {
        let log = LogOutput(format: .text, level: .warning)
        defer { log.flush(within: .seconds(10)) }
        do {
            let transport = try CurlTransport(settings.network.completed(from: environment()))
            let session = try await AWSSession(
                settings, environment: environment(), version: version, transport: transport,
                logger: log.logger("dead-letters"))
            try await command(Open(settings: settings, session: session))
            await transport.shutDown()
        } catch let error as ExitCode {
            throw error
        } catch {
            printError("\(error)")
            throw ExitCode(ExitReason(error).rawValue)
        }
    }
}
