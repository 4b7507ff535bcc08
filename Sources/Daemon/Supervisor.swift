// SPDX-License-Identifier: Apache-2.0

package import Logging
import Support
package import Systemd
import Worker

/// The supervisor of the worker from start to stop. It performs the actions that `SupervisorState` returns, and sends
/// the readiness and the status to the service manager.
///
/// One task owns the state, and signals, timers and the worker send events to the task.
package struct Supervisor: Sendable {
    /// The time limits of the run of a worker.
    package struct Timeouts: Sendable {
        /// The maximum time until the first successful poll of the queue; nil for no limit.
        package var start: Duration?
        /// The maximum time for which the daemon waits for a queue that does not exist.
        package var missingQueue = Duration.seconds(20)
        /// The maximum time of a drain, after which the worker is cancelled.
        package var drain = Duration.seconds(120)
        /// The maximum time until a cancelled worker returns.
        package var cancellation = Duration.seconds(15)
        /// The time after the first command to stop in which further ones count as the same one. A signal to a process
        /// group and one to its main process arrive together.
        package var repeatedStop = Duration.seconds(2)
        /// The interval at which time limits are checked and the status is updated.
        package var tick = Duration.seconds(1)

        package init() {}
    }

    private let worker: any SupervisedWorker
    private let notifier: Notifier
    private let logger: Logger
    private let timeouts: Timeouts
    private let reload: @Sendable () -> String?
    private let identityFields: @Sendable () -> Logger.Metadata
    private let phaseChanged: @Sendable (SupervisorState.Phase) -> Void
    private let terminate: @Sendable (ExitReason) -> Void

    /// The extension of the service manager's timeout (`EXTEND_TIMEOUT_USEC=`), and the interval at which it is sent.
    private static let timeoutExtension = (length: Duration.seconds(30), interval: Duration.seconds(5))

    /// Creates a supervisor of one worker.
    ///
    /// - Parameters:
    ///   - reload: the function that reloads the configuration and returns a note for the status; nil when there is no
    ///     reload.
    ///   - identityFields: the function that returns the log fields of the credentials for the event `ready`.
    ///   - phaseChanged: the function that is called with the phase after each event.
    ///   - terminate: the function that ends the process when the cancelled worker does not return in time.
    package init(
        _ worker: any SupervisedWorker, notifier: Notifier, logger: Logger, timeouts: Timeouts = Timeouts(),
        reload: @escaping @Sendable () -> String?,
        identityFields: @escaping @Sendable () -> Logger.Metadata = { [:] },
        phaseChanged: @escaping @Sendable (SupervisorState.Phase) -> Void = { _ in },
        terminate: @escaping @Sendable (ExitReason) -> Void
    ) {
        self.worker = worker
        self.notifier = notifier
        self.logger = logger
        self.timeouts = timeouts
        self.reload = reload
        self.identityFields = identityFields
        self.phaseChanged = phaseChanged
        self.terminate = terminate
    }

    private enum Event: Sendable {
        case answered
        case command(Command)
        case tick
        case ended((any Error)?)
    }

    /// The variables of one run of the worker, which only the task of `run(commands:)` uses.
    private struct Run {
        var state = SupervisorState()
        var exit = ExitReason.success
        /// The status text that was last sent to the service manager.
        var status = ""
        /// The text about the last reload (for example its errors) that ends the status line; nil when there is none.
        var note: String?
        let begin = ContinuousClock.now
        var drainBegin: ContinuousClock.Instant?
        var cancelledAt: ContinuousClock.Instant?
        /// The value of `WorkerStatus.progress` at the last extension of the service manager's timeout.
        var progress = 0
        var lastExtension: ContinuousClock.Instant?
    }

    /// Runs the worker until it ends, handles `commands` meanwhile, and returns the exit reason of the process.
    package func run(commands: some AsyncSequence<Command, Never> & Sendable) async -> ExitReason {
        let (events, send) = AsyncStream<Event>.makeStream()
        var run = Run()
        sendStatus(&run)
        await withTaskGroup(of: Void.self) { group in
            let work = Task {
                do {
                    try await worker.run()
                    send.yield(.ended(nil))
                } catch {
                    send.yield(.ended(error is CancellationError ? nil : error))
                }
            }
            group.addTask {
                await worker.firstAnswer()
                if !Task.isCancelled { send.yield(.answered) }
            }
            group.addTask { for await command in commands { send.yield(.command(command)) } }
            group.addTask {
                while (try? await Task.sleep(for: timeouts.tick)) != nil { send.yield(.tick) }
            }
            for await event in events {
                if handle(event, &run, work) { break }
            }
            group.cancelAll()
        }
        return run.exit
    }

    /// Handles an event of the state machine. Returns true when the run has ended.
    private func handle(_ event: Event, _ run: inout Run, _ work: Task<Void, Never>) -> Bool {
        let transition: SupervisorState.Event
        switch event {
        case .answered: transition = .answered
        case .command(.stop):
            if let begin = run.drainBegin, begin.duration(to: .now) < timeouts.repeatedStop { return false }
            transition = .stopRequested
        case .command(.reload): transition = .reloadRequested
        case .ended(let error):
            if let error, run.exit == .success {
                run.exit = ExitReason(error)
                logger.critical(
                    "\(error)", metadata: ["event": "\(DaemonEvent.workerFailed.rawValue)"])
            }
            transition = .workerEnded
        case .tick:
            tick(&run, work)
            guard let reason = startTimeoutReason(run) else { return false }
            run.exit = reason
            transition = .startTimedOut
        }
        let actions = run.state.handle(transition)
        phaseChanged(run.state.phase)
        for action in actions { perform(action, &run) }
        sendStatus(&run)
        return actions.contains(.exit)
    }

    private func perform(_ action: SupervisorState.Action, _ run: inout Run) {
        switch action {
        case .announceReady:
            run.status = status(run)
            notifier.send(.ready, .status(run.status))
            let took = run.begin.duration(to: .now)
            var fields = identityFields()
            fields["event"] = "\(DaemonEvent.ready.rawValue)"
            fields["ms_start"] = .stringConvertible(took.inMilliseconds)
            logger.notice("ready", metadata: fields)
        case .announceStopping:
            notifier.send(.stopping)
            logger.notice(
                "draining",
                metadata: [
                    "event": "\(DaemonEvent.draining.rawValue)",
                    "in_flight": .stringConvertible(worker.status.inFlight),
                ])
        case .drain:
            run.drainBegin = .now
            worker.drain(force: false)
        case .forceStop:
            logger.warning(
                "stop forced, unfinished messages are released",
                metadata: ["event": "\(DaemonEvent.stopForced.rawValue)"])
            worker.drain(force: true)
        case .reload: reloadSettings(&run)
        case .reportStartTimeout:
            let failure = worker.status.pollFailure?.description ?? "the queue has not answered"
            logger.critical(
                "start timed out: \(failure)",
                metadata: ["event": "\(DaemonEvent.startTimedOut.rawValue)"])
            if let code = run.exit.errno { notifier.send(.errno(code)) }
        case .exit:
            logStop(worker.status)
        }
    }

    /// Logs the numbers of messages that were received, deleted, released, and neither deleted nor released.
    private func logStop(_ status: WorkerStatus) {
        let left = max(status.received - status.deleted - status.released, 0)
        let rest =
            left == 0
            ? "none left"
            : "\(left) left, to become visible again at the end of the visibility timeout"
        logger.notice(
            """
            stopped; \(status.received.counted("message")) received, \(status.deleted) deleted, \
            \(status.released) released, \(rest); \(status.done.counted("picture")) done
            """,
            metadata: [
                "event": "\(DaemonEvent.stopped.rawValue)", "received": .stringConvertible(status.received),
                "redelivered": .stringConvertible(status.redelivered),
                "deleted": .stringConvertible(status.deleted),
                "released": .stringConvertible(status.released), "left": .stringConvertible(left),
                "done": .stringConvertible(status.done),
                "skipped": .stringConvertible(status.skipped),
                "quarantined": .stringConvertible(status.quarantined),
                "retried": .stringConvertible(status.retried),
                "in_flight": .stringConvertible(status.inFlight),
            ])
    }

    /// Reloads the configuration. The service manager is notified only after the start, because READY=1 ends both the
    /// start and a reload.
    private func reloadSettings(_ run: inout Run) {
        let isReady = run.state.phase == .running
        if isReady { notifier.send(.reloading(monotonicMicroseconds: SystemTime.monotonicMicroseconds)) }
        run.note = reload()
        guard isReady else { return }
        run.status = status(run)
        notifier.send(.ready, .status(run.status))
    }

    /// Checks the time limits and updates the status. It is called at the interval `Timeouts.tick`.
    private func tick(_ run: inout Run, _ work: Task<Void, Never>) {
        sendStatus(&run)
        notifier.retry()
        let now = ContinuousClock.now
        if let begin = run.drainBegin, run.cancelledAt == nil, begin.duration(to: now) > timeouts.drain {
            logger.error(
                "the drain has timed out, the worker is cancelled",
                metadata: ["event": "\(DaemonEvent.drainTimedOut.rawValue)"])
            run.cancelledAt = now
            work.cancel()
        }
        if let cancelled = run.cancelledAt, cancelled.duration(to: now) > timeouts.cancellation {
            logger.critical(
                "the cancelled worker does not end, the process exits",
                metadata: ["event": "\(DaemonEvent.shutdownTimedOut.rawValue)"])
            terminate(.software)
        }
        extendTimeout(&run, now)
    }

    /// Extends the timeout of the service manager during the start, and during a drain that makes progress.
    private func extendTimeout(_ run: inout Run, _ now: ContinuousClock.Instant) {
        let isStarting = run.state.phase == .starting
        guard isStarting || run.drainBegin != nil else { return }
        if let last = run.lastExtension, last.duration(to: now) < Self.timeoutExtension.interval { return }
        let progress = worker.status.progress
        guard isStarting || progress != run.progress || run.lastExtension == nil else { return }
        run.progress = progress
        run.lastExtension = now
        notifier.send(.extendTimeout(Self.timeoutExtension.length))
    }

    /// Returns the exit reason when the start has timed out, and nil otherwise.
    private func startTimeoutReason(_ run: Run) -> ExitReason? {
        guard run.state.phase == .starting else { return nil }
        let elapsed = run.begin.duration(to: .now)
        let reason = worker.status.pollFailure.map { ExitReason($0.kind) }
        if reason == .unavailable, elapsed > timeouts.missingQueue { return reason }
        guard let limit = timeouts.start, elapsed > limit else { return nil }
        return reason ?? .temporary
    }

    private func status(_ run: Run) -> String {
        StatusText.line(run.state.phase, worker.status, note: run.note)
    }

    /// Sends the status text to the service manager when it has changed.
    private func sendStatus(_ run: inout Run) {
        let status = status(run)
        guard status != run.status else { return }
        run.status = status
        notifier.send(.status(status))
    }
}
