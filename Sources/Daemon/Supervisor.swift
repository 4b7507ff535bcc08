// SPDX-License-Identifier: Apache-2.0

package import Logging
import Support
package import Systemd
import Worker

/// What reaches the process from outside.
package enum Command: Sendable {
    /// SIGTERM or SIGINT.
    case stop
    /// SIGHUP.
    case reload
}

/// Runs the worker from start to stop: carries out what `SupervisorState` decides, and keeps the service manager
/// informed. One task owns the state; everything else sends it events.
package struct Supervisor: Sendable {
    package struct Timeouts: Sendable {
        /// Give up a start without an answer after so long; nil: never.
        package var start: Duration?
        /// A queue that does not exist may be about to be created.
        package var missingQueue = Duration.seconds(20)
        /// How long the drain may take before the work is cancelled.
        package var drain = Duration.seconds(120)
        /// How long cancelled work may take to return.
        package var cancellation = Duration.seconds(15)
        package var tick = Duration.seconds(1)

        package init() {}
    }

    private let worker: any SupervisedWorker
    private let notifier: Notifier
    private let logger: Logger
    private let patience: Timeouts
    private let reload: @Sendable () -> String?
    private let identity: @Sendable () -> Logger.Metadata
    private let changed: @Sendable (SupervisorState.Phase) -> Void
    /// The last way out, when cancelled work does not return.
    private let abandon: @Sendable (ExitReason) -> Void

    /// How much time is asked for at once, and how often it is asked for again.
    private static let asking = (length: Duration.seconds(30), every: Duration.seconds(5))

    /// - Parameters:
    ///   - reload: reads the configuration again; returns what the status shall say about it from then on.
    ///   - identity: as whom the queue was asked, for the event that tells of its first answer.
    package init(
        _ worker: any SupervisedWorker, notifier: Notifier, logger: Logger, patience: Timeouts = Timeouts(),
        reload: @escaping @Sendable () -> String?,
        identity: @escaping @Sendable () -> Logger.Metadata = { [:] },
        changed: @escaping @Sendable (SupervisorState.Phase) -> Void = { _ in },
        abandon: @escaping @Sendable (ExitReason) -> Void
    ) {
        self.worker = worker
        self.notifier = notifier
        self.logger = logger
        self.patience = patience
        self.reload = reload
        self.identity = identity
        self.changed = changed
        self.abandon = abandon
    }

    private enum Event: Sendable {
        case answered
        case instruction(Command)
        case tick
        case ended((any Error)?)
    }

    /// Everything that only the consuming task touches.
    private struct State {
        var lifecycle = SupervisorState()
        var exit = ExitReason.success
        var sentence = ""
        /// What the last reload left to be said.
        var remark: String?
        let begin = ContinuousClock.now
        var drainBegin: ContinuousClock.Instant?
        var cancelledAt: ContinuousClock.Instant?
        var progress = 0
        var lastExtension: ContinuousClock.Instant?
    }

    /// Returns when the worker has ended.
    package func run(instructions: some AsyncSequence<Command, Never> & Sendable) async -> ExitReason {
        let (occurrences, send) = AsyncStream<Event>.makeStream()
        var state = State()
        update(&state)
        await withTaskGroup(of: Void.self) { group in
            let work = Task { await runWorker(send) }
            group.addTask {
                await worker.firstAnswer()
                if !Task.isCancelled { send.yield(.answered) }
            }
            group.addTask { for await instruction in instructions { send.yield(.instruction(instruction)) } }
            group.addTask {
                while (try? await Task.sleep(for: patience.tick)) != nil { send.yield(.tick) }
            }
            for await occurrence in occurrences {
                if handle(occurrence, &state, work) { break }
            }
            group.cancelAll()
        }
        return state.exit
    }

    private func runWorker(_ send: AsyncStream<Event>.Continuation) async {
        do {
            try await worker.run()
            send.yield(.ended(nil))
        } catch is CancellationError {
            send.yield(.ended(nil))
        } catch {
            send.yield(.ended(error))
        }
    }

    /// Returns whether it is time to leave.
    private func handle(
        _ occurrence: Event, _ state: inout State, _ work: Task<Void, Never>
    ) -> Bool {
        let event: SupervisorState.Event
        switch occurrence {
        case .answered: event = .answered
        case .instruction(.stop): event = .stopRequested
        case .instruction(.reload): event = .reloadRequested
        case .ended(let error):
            if let error, state.exit == .success {
                state.exit = ExitReason(error)
                logger.critical(
                    "\(error)", metadata: ["event": "\(DaemonEvent.workerFailed.rawValue)"])
            }
            event = .workerEnded
        case .tick:
            tick(&state, work)
            guard let reason = reasonToGiveUp(state) else { return false }
            state.exit = reason
            event = .startTimedOut
        }
        var leaves = false
        let actions = state.lifecycle.handle(event)
        changed(state.lifecycle.phase)
        for action in actions {
            perform(action, &state)
            if action == .leave { leaves = true }
        }
        update(&state)
        return leaves
    }

    private func perform(_ action: SupervisorState.Action, _ state: inout State) {
        switch action {
        case .announceReady:
            state.sentence = sentence(state)
            notifier.send(.ready, .status(state.sentence))
            let took = state.begin.duration(to: .now)
            var fields = identity()
            fields["event"] = "\(DaemonEvent.ready.rawValue)"
            fields["ms_start"] = "\(took.milliseconds)"
            logger.notice("ready", metadata: fields)
        case .announceStopping:
            notifier.send(.stopping)
            logger.notice(
                "draining",
                metadata: [
                    "event": "\(DaemonEvent.draining.rawValue)", "in_flight": "\(worker.status.inFlight)",
                ])
        case .drain:
            state.drainBegin = .now
            worker.drain(force: false)
        case .hurry:
            logger.warning("draining in a hurry", metadata: ["event": "\(DaemonEvent.stopForced.rawValue)"])
            worker.drain(force: true)
        case .reload: reloadSettings(&state)
        case .giveUp:
            let failure = worker.status.pollFailure?.description ?? "the queue has not answered"
            logger.critical(
                "the start is given up: \(failure)",
                metadata: ["event": "\(DaemonEvent.startTimedOut.rawValue)"])
            if let code = state.exit.errno { notifier.send(.errno(code)) }
        case .leave:
            logStop(worker.status)
        }
    }

    /// What became of everything that this life has received: deleted, given back, or left to come again.
    private func logStop(_ status: WorkerStatus) {
        let left = max(status.received - status.deleted - status.released, 0)
        let rest =
            left == 0
            ? "nothing is left in hand"
            : "\(left) come again when their visibility timeout is over"
        logger.notice(
            """
            stopped; of \(status.received) messages received \(status.deleted) are deleted and \(status.released) \
            given back, \(rest); \(status.done) pictures done
            """,
            metadata: [
                "event": "\(DaemonEvent.stopped.rawValue)", "received": "\(status.received)",
                "redelivered": "\(status.redelivered)", "deleted": "\(status.deleted)",
                "released": "\(status.released)", "left": "\(left)", "done": "\(status.done)",
                "skipped": "\(status.skipped)", "quarantined": "\(status.quarantined)",
                "retried": "\(status.retried)", "in_flight": "\(status.inFlight)",
            ])
    }

    /// The manager is told of a reload only once it knows the service as ready: READY=1 ends both, start and reload.
    private func reloadSettings(_ state: inout State) {
        let isReady = state.lifecycle.phase == .running
        if isReady { notifier.send(.reloading(monotonicMicroseconds: SystemTime.monotonicMicroseconds)) }
        state.remark = reload()
        guard isReady else { return }
        state.sentence = sentence(state)
        notifier.send(.ready, .status(state.sentence))
    }

    /// What only time brings about.
    private func tick(_ state: inout State, _ work: Task<Void, Never>) {
        update(&state)
        let now = ContinuousClock.now
        if let begin = state.drainBegin, state.cancelledAt == nil, begin.duration(to: now) > patience.drain {
            logger.error(
                "the drain has taken too long and is cut short",
                metadata: ["event": "\(DaemonEvent.drainTimedOut.rawValue)"])
            state.cancelledAt = now
            work.cancel()
        }
        if let cancelled = state.cancelledAt, cancelled.duration(to: now) > patience.cancellation {
            logger.critical(
                "cancelled work does not return",
                metadata: ["event": "\(DaemonEvent.shutdownTimedOut.rawValue)"])
            abandon(.software)
        }
        askForTime(&state, now)
    }

    /// While the start is tried again and again, and while a drain makes progress.
    private func askForTime(_ state: inout State, _ now: ContinuousClock.Instant) {
        let isStarting = state.lifecycle.phase == .starting
        guard isStarting || state.drainBegin != nil else { return }
        if let last = state.lastExtension, last.duration(to: now) < Self.asking.every { return }
        let progress = worker.status.progress
        guard isStarting || progress != state.progress || state.lastExtension == nil else { return }
        state.progress = progress
        state.lastExtension = now
        notifier.send(.extendTimeout(Self.asking.length))
    }

    private func reasonToGiveUp(_ state: State) -> ExitReason? {
        guard state.lifecycle.phase == .starting else { return nil }
        let elapsed = state.begin.duration(to: .now)
        let reason = worker.status.pollFailure.map { ExitReason($0.kind) }
        if reason == .unavailable, elapsed > patience.missingQueue { return reason }
        guard let limit = patience.start, elapsed > limit else { return nil }
        return reason ?? .temporary
    }

    private func sentence(_ state: State) -> String {
        StatusText.sentence(state.lifecycle.phase, worker.status, remark: state.remark)
    }

    /// Sends the status when it has changed.
    private func update(_ state: inout State) {
        let sentence = sentence(state)
        guard sentence != state.sentence else { return }
        state.sentence = sentence
        notifier.send(.status(sentence))
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
