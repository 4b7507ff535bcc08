// SPDX-License-Identifier: Apache-2.0

import AWS
import CLibC
import Curl
import Glibc
import Logging
import Metrics
import Pixelation
package import Settings
import Support
import Systemd
import Tracing
import UnixSignals
import Worker

/// The daemon: the worker and its AWS clients, the supervisor, the health server and the watchdog.
package struct Service: Sendable {
    private let settings: Configuration
    private let reader: SettingsReader
    private let environment: [String: String]
    private let version: String
    private let output: LogOutput
    private let logger: Logger
    private let notifier = Notifier.serviceManager

    /// The maximum time that the end of the process waits for the collector of traces.
    private static let traceFlushTime = Duration.seconds(2)
    /// The time that a task may wait for a thread before the health check `tasks` fails.
    private static let maxTaskDelay = Duration.seconds(20)
    /// The maximum times that the end of the process waits for the destination of the log and for the service manager.
    private static let logFlushTime = Duration.seconds(2)
    private static let notifyFlushTime = Duration.seconds(1)
    /// The time that one turn of the network event loop may last before the health check `network` fails.
    private static let maxNetworkTurn = Duration.seconds(20)

    /// Makes a daemon, which does nothing before `run` is called.
    ///
    /// - Parameters:
    ///   - settings: a complete and valid configuration.
    ///   - reader: the reader from which `settings` was read, and which is used for reloads.
    ///   - environment: the environment variables of the process.
    package init(
        settings: Configuration, reader: SettingsReader, environment: [String: String], version: String
    ) {
        self.settings = settings
        self.reader = reader
        self.environment = environment
        self.version = version
        output = LogOutput(
            format: settings.log.format.resolved(journalStream: environment["JOURNAL_STREAM"]),
            level: settings.log.level, messageIDs: EventCatalog.messageIDs)
        logger = output.logger("daemon")
    }

    /// Runs the daemon until it is stopped, and returns the exit status of the process. At the end, the function waits
    /// a short time for the service manager and for the destination of the log.
    package func run() async -> ExitReason {
        CrashFlush.install()
        // Each arena keeps what its threads once needed at the same time. With glibc's limit of eight arenas for each
        // processor, the memory of the process grows for hours.
        px_limit_arenas(Int32(clamping: 2 * MachineLimits.current.usableProcessors))
        let reason = await serve()
        notifier.flush(within: Self.notifyFlushTime)
        output.flush(within: Self.logFlushTime)
        return reason
    }

    private func serve() async -> ExitReason {
        // First, so that an early signal is queued and does not end the process.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        do {
            let machine = MachineLimits.current
            let parts = try await Composition(
                ServiceSizes(settings, machine), environment: environment, version: version,
                logger: output.logger)
            announceStart(parts, machine)
            let phase = Locked(SupervisorState.Phase.starting)
            let reload = Reload(settings: settings, reader: reader, logger: logger) { new in
                output.level = new.log.level
                let machine = MachineLimits.current
                let sizes = ServiceSizes(new, machine)
                if sizes.reductions != parts.sizes.reductions { logReductions(sizes, machine) }
                parts.apply(sizes)
            }
            let healthChecks = Self.healthChecks(parts)
            let server = try healthServer(parts, phase, reload, healthChecks)
            let watchdog = Watchdog(checks: healthChecks, notifier: notifier, logger: logger)
            if let interval = Watchdog.expectedInterval() { watchdog.start(interval: interval) }
            let (commands, sender) = AsyncStream<Command>.makeStream()
            let commandSources = Task { await sendCommands(sender, signals, parts.notices) }
            let redrive = Task { await followRedrivePolicy(parts) }
            // Only the metrics show the backlog.
            let backlog = server == nil ? nil : Task { await parts.watchBacklog(logger) }
            let tracing = Task { await parts.exporter?.run() }

            let supervisor = Supervisor(
                parts.worker, notifier: notifier, logger: logger, timeouts: timeouts,
                reload: { reload.run() },
                identityFields: { parts.session.credentials.identity?.fields ?? [:] },
                phaseChanged: { new in phase.withLock { $0 = new } },
                terminate: { [output] reason in
                    output.flush(within: Self.logFlushTime)
                    exit(reason.rawValue)
                })
            let reason = await supervisor.run(commands: commands)

            commandSources.cancel()
            redrive.cancel()
            backlog?.cancel()
            watchdog.stop()
            server?.stop()
            tracing.cancel()
            await tracing.value
            await parts.exporter?.flush(within: Self.traceFlushTime)
            await parts.transport.shutDown()
            parts.shutDownDecoders()
            return reason
        } catch {
            let reason = ExitReason(error)
            logger.critical("\(error)", metadata: ["event": "\(DaemonEvent.cannotStart.rawValue)"])
            if let code = reason.errno { notifier.send(.errno(code), .status("\(error)")) }
            return reason
        }
    }

    private var timeouts: Supervisor.Timeouts {
        var timeouts = Supervisor.Timeouts()
        timeouts.start = settings.start.timeoutSeconds == 0 ? nil : .seconds(settings.start.timeoutSeconds)
        // The worker's own deadline is worker.drainSeconds; this one is for a worker that hangs.
        timeouts.drain = .seconds(settings.worker.drainSeconds + 30)
        return timeouts
    }

    /// Starts and returns the health server. Returns nil when `health.listen` is not set.
    private func healthServer(
        _ parts: Composition, _ phase: Locked<SupervisorState.Phase>, _ reload: Reload,
        _ healthChecks: [HealthCheck]
    ) throws -> HealthServer? {
        let page = HealthPage(
            phase: { phase.withLock { $0 } }, status: { parts.worker.status },
            note: { reload.note }, decoderFailure: { parts.decoderFailure },
            problems: { healthChecks.problems },
            metrics: { [version, output] format in
                MetricsPage.text(
                    format, parts, phase.withLock { $0 }, version, reload, output,
                    problems: healthChecks.problems)
            })
        return try settings.health.listen.flatMap { ListenAddress($0) }.map { address in
            try HealthServer(address) { page.reply(to: $0) }
        }
    }

    /// Sends `sender` the commands of signals and of the termination notice of EC2, until the task is cancelled.
    ///
    /// - Parameter notices: The reader of termination notices; nil to send only the commands of signals.
    private func sendCommands(
        _ sender: AsyncStream<Command>.Continuation, _ signals: UnixSignalsSequence,
        _ notices: TerminationNotices?
    ) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await signal in signals { sender.yield(signal == .sighup ? .reload : .stop) }
            }
            guard let notices else { return }
            let watch = TerminationWatch(logger: logger) { try await notices.pending() }
            group.addTask { if await watch.untilTerminationNotice() { sender.yield(.stop) } }
        }
    }

    private func followRedrivePolicy(_ parts: Composition) async {
        do throws(AWSError) {
            guard let maximum = try await parts.followRedrivePolicy() else { return }
            logger.warning(
                """
                the queue moves messages after \(maximum) receives, which is less than worker.maxReceives \
                (\(settings.worker.maxReceives)): failures are quarantined at receive \(maximum)
                """, metadata: ["event": "\(DaemonEvent.receivesLimited.rawValue)"])
        } catch {
            logger.debug("the redrive policy of the queue cannot be read: \(error)")
        }
    }

    private func announceStart(_ parts: Composition, _ machine: MachineLimits) {
        let sizes = parts.sizes
        var fields: Logger.Metadata = [
            "event": "\(DaemonEvent.started.rawValue)", "version": "\(version)",
            "queue_url": "\(settings.queue.url)", "output_bucket": "\(settings.worker.output.bucket)",
            "region": "\(parts.session.region.name)", "sizes": "\(settings.pixelation.sizes)",
        ]
        fields.merge(settings.fields(reader)) { $1 }
        fields.merge(machine.fields) { $1 }
        fields["cpu_workers"] = .stringConvertible(sizes.settings.worker.cpuWorkers)
        fields["memory_bytes"] = .stringConvertible(sizes.settings.worker.memoryBytes)
        logger.notice("pixelated \(version) starts", metadata: fields)
        logReductions(sizes, machine)
    }

    private func logReductions(_ sizes: ServiceSizes, _ machine: MachineLimits) {
        guard let sentence = sizes.sentence(machine) else { return }
        logger.warning("\(sentence)", metadata: ["event": "\(DaemonEvent.sizesReduced.rawValue)"])
    }

    /// Returns the health checks that must pass for the keep-alive ping of the watchdog and for `/livez`.
    private static func healthChecks(_ parts: Composition) -> [HealthCheck] {
        [
            SchedulerLatencyProbe().healthCheck(limit: maxTaskDelay),
            HealthCheck("network") { [transport = parts.transport] in
                let status = transport.status
                if let failure = status.failure { return "\(failure)" }
                guard status.sinceLastTurn > maxNetworkTurn else { return nil }
                return "the event loop has not turned for \(StatusText.span(status.sinceLastTurn))"
            },
            HealthCheck("worker") { [worker = parts.worker] in worker.checkForStall() },
        ]
    }
}

extension MachineLimits {
    /// The log fields with the limits of processors and memory.
    fileprivate var fields: Logger.Metadata {
        var fields: Logger.Metadata = [
            "processors": .stringConvertible(processors), "memory_limit_source": "\(memorySource)",
        ]
        if let processorQuota { fields["processor_quota"] = .stringConvertible(processorQuota) }
        if let memoryBytes { fields["memory_limit_bytes"] = .stringConvertible(memoryBytes) }
        return fields
    }
}

extension [HealthCheck] {
    /// The problems of the failing health checks, each with the name of the check.
    var problems: [String] {
        compactMap { check in check.problem().map { "\(check.name): \($0)" } }
    }
}
