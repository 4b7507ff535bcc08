// SPDX-License-Identifier: Apache-2.0

import AWS
import ArgumentParser
import Daemon
import DeadLetters
import Pixelation
import Settings
import Worker

extension CommandSession {
    /// Returns the dead letters of the quarantine.
    func letters() throws -> any DeadLetterStore {
        if let url = settings.queue.deadLetterURL {
            let isFIFO = SQSClient.isFIFO(url)
            var queue = try aws.sqs(queueURL: url, setting: "queue.deadLetterURL")
            queue.receivesOrigin = true
            return QueueDeadLetters(
                queue,
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
                aws.s3(outputBucket: location.bucket), bucket: location.bucket,
                prefix: location.prefix))
    }

    /// Returns the number of messages in the dead-letter queue; nil when the quarantine is in a bucket, or when the
    /// attributes of the queue cannot be read, which needs the permission `sqs:GetQueueAttributes`.
    func letterCount() async -> LetterCount? {
        guard let url = settings.queue.deadLetterURL,
            let queue = try? aws.sqs(queueURL: url, setting: "queue.deadLetterURL"),
            let attributes = try? await queue.attributes()
        else { return nil }
        return LetterCount(
            visible: attributes.approximateMessages ?? 0, hidden: attributes.approximateInFlight ?? 0)
    }

    /// Returns the source queue.
    func queue() throws -> any MessageSender { try aws.sqs(queueURL: settings.queue.url) }

    /// Starts decoders, and returns the trial with the engine of the configuration.
    ///
    /// - Throws: `ExitCode` when no decoder can be started.
    func trial() throws -> (trial: EngineTrial, decoders: Decoders) {
        let count = settings.worker.effectiveCPUWorkers
        let decoders = Decoders(settings.isolation, settings.pixelation, count: count, onEvent: { _ in })
        do { try decoders.requireOne() } catch {
            decoders.shutDown()
            throw error
        }
        let store = S3Store(aws.s3(outputBucket: settings.worker.output.bucket))
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
