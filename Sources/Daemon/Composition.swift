// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Glibc
import Logging
import Metrics
import Pixelation
import Settings
import Support
import Tracing
import Worker

/// The parts of the daemon, such as the worker and the clients of AWS, which are created from a configuration.
struct Composition: Sendable {
    let transport: CurlTransport
    let session: AWSSession
    let worker: PixelationWorker
    private let engine: PooledPixelator
    private let decoders: Decoders
    private let decoderMetrics = DecoderMetrics()
    let metrics: WorkerMetrics
    /// The sizes of the service, which change with a reload.
    private let currentSizes: Locked<ServiceSizes>
    /// The receive count after which the redrive policy of the queue moves a message; nil when none is known.
    private let maximumReceives = Locked<Int?>(nil)
    private let client: SQSClient
    /// The reader of the termination notices of EC2; nil unless `instance.drainOnTermination` is true.
    let notices: TerminationNotices?
    /// The sender of traces; nil without tracing.
    let exporter: SpanExporter?

    /// Creates the parts of the daemon.
    ///
    /// - Parameters:
    ///   - sizes: the sizes for a complete and valid configuration.
    ///   - environment: the environment variables of the process, among them those of AWS.
    ///   - logger: the function that returns the logger for a label.
    init(
        _ sizes: ServiceSizes, environment: [String: String], version: String,
        logger: (String) -> Logger
    ) async throws {
        let settings = sizes.settings
        currentSizes = Locked(sizes)
        // First, so that no decoder is started by a process that has credentials.
        let decoderLog = DecoderLog(logger("decoder"))
        let count = settings.worker.effectiveCPUWorkers
        decoders = Decoders(
            settings.isolation, settings.pixelation, count: count, keptBytes: sizes.keptMemory,
            onEvent: { [decoderMetrics] event in
                decoderLog.record(event)
                decoderMetrics.record(event)
            })
        if settings.isolation == .off { decoderLog.isolationIsOff() }
        decoders.waitUntilReady(count)
        transport = try CurlTransport(settings.network.completed(from: environment))
        session = try await AWSSession(
            settings, environment: environment, version: version, transport: transport, logger: logger("aws"))
        client = try session.sqs(queueURL: settings.queue.url)
        let quarantine = try Self.quarantine(settings, session)
        notices =
            settings.instance.drainOnTermination
            ? TerminationNotices(transport: transport, host: .process(environment: environment)) : nil
        let traceLog = TraceLog(logger("tracing"))
        exporter = SpanExporter(
            settings.tracing, environment: environment, host: Self.hostName, version: version,
            transport: transport, onEvent: { traceLog.record($0) })
        metrics = WorkerMetrics()
        engine = PooledPixelator(
            Pixelator(settings.pixelation, reducer: decoders.reducer), options: settings.worker)
        worker = PixelationWorker(
            queue: client,
            store: S3Store(
                session.s3(outputBucket: settings.worker.output.bucket), putOptions: settings.put),
            engine: engine,
            quarantine: quarantine, identity: WorkerIdentity(host: Self.hostName, version: version),
            options: settings.worker, metrics: metrics, logger: logger("worker"),
            tracer: exporter.map { Tracer($0, sampleOneIn: settings.tracing.sampleOneIn) })
    }

    /// The sizes of the service.
    var sizes: ServiceSizes { currentSizes.withLock { $0 } }

    /// Applies the reloadable settings of a configuration to the worker (`Setting.isReloadable`).
    func apply(_ sizes: ServiceSizes) {
        let settings = sizes.settings
        currentSizes.withLock { $0 = sizes }
        decoders.reconfigure(
            settings.isolation, settings.pixelation, count: settings.worker.effectiveCPUWorkers,
            keptBytes: sizes.keptMemory)
        worker.apply(
            settings.worker.limited(toReceives: maximumReceives.withLock { $0 }),
            engine: engine.reconfigured(
                Pixelator(settings.pixelation, reducer: decoders.reducer), options: settings.worker))
    }

    /// Reads the redrive policy of the queue. When it moves messages before `worker.maxReceives`, failures are stored
    /// in the quarantine, with their reason, at the last receive that it permits.
    ///
    /// - Returns: The receive count after which the queue moves messages, when it is below `worker.maxReceives`.
    /// - Throws: `AWSError`, for example when the policy may not be read.
    func followRedrivePolicy() async throws(AWSError) -> Int? {
        guard let maximum = try await client.attributes().redrive?.maxReceiveCount else { return nil }
        maximumReceives.withLock { $0 = maximum }
        let sizes = sizes
        guard sizes.settings.worker != sizes.settings.worker.limited(toReceives: maximum) else { return nil }
        apply(sizes)
        return maximum
    }

    /// Counts the messages that wait in the queue at intervals, until the task is cancelled.
    func watchBacklog(_ logger: Logger) async {
        let watch = BacklogWatch(logger: logger) { [client] in
            try await client.attributes().approximateMessages
        }
        await watch.run { worker.counted(visibleMessages: $0) }
    }

    /// Adds the metrics of the decoders to an exposition.
    func writeDecoderMetrics(to text: inout Exposition) {
        decoderMetrics.write(to: &text, ready: decoders.readyCount)
    }

    /// The reason for which no decoder can be started; nil if one can.
    var decoderFailure: String? { decoders.failure }

    /// Ends the decoders, and returns when their processes have exited.
    func shutDownDecoders() { decoders.shutDown() }

    private static func quarantine(
        _ settings: Configuration, _ session: AWSSession
    ) throws -> (any Quarantine)? {
        if let url = settings.queue.deadLetterURL {
            return QueueQuarantine(
                try session.sqs(queueURL: url, setting: "queue.deadLetterURL"), queueURL: url)
        }
        guard let location = settings.queue.quarantineLocation else { return nil }
        var options = PutOptions()
        options.serverSideEncryption = settings.put.serverSideEncryption
        options.kmsKeyID = settings.put.kmsKeyID
        options.bucketKey = settings.put.bucketKey
        return BucketQuarantine(
            store: S3Store(session.s3(outputBucket: location.bucket), putOptions: options),
            bucket: location.bucket, prefix: location.prefix)
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
