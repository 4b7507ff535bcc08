// SPDX-License-Identifier: Apache-2.0

internal import Support

/// The backlog of the queue in seconds of work of this process (`BacklogState`), which jobs and the daemon report to.
final class Backlog: Sendable {
    private let state: Locked<BacklogState>
    private let clock: any WorkerClock

    /// The maximum time that a message takes a slot besides its processing and its waits for memory and processor: an
    /// attempt makes four requests one after the other, or groups of concurrent ones, and a request that has stalled
    /// takes no slot.
    private static let maximumRequestTime = RequestHistory.stallTime * 4

    init(_ options: WorkerOptions, clock: any WorkerClock) {
        self.clock = clock
        state = Locked(
            BacklogState(
                cpuWorkers: options.effectiveCPUWorkers, maxInFlight: options.effectiveMaxInFlight))
    }

    /// Applies changed numbers of processors and slots.
    func apply(_ options: WorkerOptions) {
        state.withLock { state in
            state.cpuWorkers = options.effectiveCPUWorkers
            state.maxInFlight = options.effectiveMaxInFlight
        }
    }

    /// Records a message that has ended.
    ///
    /// - Parameters:
    ///   - traces: The traces of the records that were processed in this receive of the message.
    ///   - time: The time from the begin of the job to its end.
    func ended(_ traces: [RecordTrace], isPicture: Bool, after time: Duration) {
        let processing = traces.reduce(Duration.zero) { $0 + $1.decodeTime }
        let inside = traces.reduce(processing) { $0 + $1.waitTime }
        let slot = min(time, inside + Self.maximumRequestTime)
        let work = BacklogState.Work(
            processing: processing.inSeconds, slot: slot.inSeconds, isPicture: isPicture)
        state.withLock { $0.ended(work) }
    }

    /// Records the number of visible messages that the queue has reported.
    func counted(_ visible: Int) {
        let now = clock.now
        state.withLock { $0.counted(visible, at: now) }
    }

    /// The seconds of work that wait, and those of each message; nil while they are unknown.
    var seconds: (backlog: Double?, message: Double?) {
        let now = clock.now
        return state.withLock { ($0.backlogSeconds(at: now), $0.messageSeconds) }
    }
}
