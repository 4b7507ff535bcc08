// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Metrics
import Support
import Synchronization

/// A bounded queue of log records and the thread that writes them, so that a destination that is full, slow or stuck
/// never delays the threads that log.
final class LogQueue: Sendable {
    /// The number of records that were dropped because the queue was full, or that could not be written.
    let dropped = Counter()

    private let destination: LogDestination
    private let state: Locked<State>
    /// A semaphore that the thread waits for while the queue is empty.
    private let wake = DispatchSemaphore(value: 0)

    private struct State {
        var queue: LogQueueState
        var isThreadRunning = false
        /// True while the thread waits for `wake`.
        var isThreadWaiting = false
        var isClosed = false
        /// The semaphores of the calls of `flush`, each with the value of `finished` that it waits for.
        var flushes: [(target: UInt64, semaphore: DispatchSemaphore)] = []

        /// Changes the queue and counts the entries that the change appends.
        mutating func change<Result>(_ body: (inout LogQueueState) -> Result) -> Result {
            let before = queue.appended
            defer { CrashFlush.unwritten.add(Int(queue.appended - before), ordering: .relaxed) }
            return body(&queue)
        }
    }

    init(_ destination: LogDestination, maxRecords: Int, maxBytes: Int) {
        self.destination = destination
        state = Locked(State(queue: LogQueueState(maxRecords: maxRecords, maxBytes: maxBytes)))
    }

    /// Appends a record, or drops it when the queue is full. The function does not wait for the destination.
    func append(_ record: LogRecord) {
        let (isAppended, needsThread, needsWake) = state.withLock { state in
            let isAppended = state.change { $0.append(record) }
            defer {
                state.isThreadRunning = true
                state.isThreadWaiting = false
            }
            return (isAppended, !state.isThreadRunning, state.isThreadWaiting)
        }
        if !isAppended { dropped.increment() }
        if needsWake { wake.signal() }
        if needsThread, DetachedThread.start("px-log", { [self] in run() }) != 0 {
            // The next record is another attempt.
            state.withLock { $0.isThreadRunning = false }
        }
    }

    /// Waits until all records that were appended before the call, and the number of those that were dropped, are
    /// written or lost.
    ///
    /// - Returns: False when that has taken longer than `time`.
    func flush(within time: Duration) -> Bool {
        let semaphore = DispatchSemaphore(value: 0)
        let (isFinished, needsWake) = state.withLock { state in
            state.change { $0.appendGap() }
            let target = state.queue.appended
            if state.queue.finished >= target { return (true, false) }
            state.flushes.append((target, semaphore))
            defer { state.isThreadWaiting = false }
            return (false, state.isThreadWaiting)
        }
        if needsWake { wake.signal() }
        return isFinished
            || semaphore.wait(timeout: .now() + .microseconds(Int(time.inMicroseconds))) == .success
    }

    /// Ends the thread when it has written all records.
    func close() {
        let needsWake = state.withLock { state in
            state.isClosed = true
            defer { state.isThreadWaiting = false }
            return state.isThreadWaiting
        }
        if needsWake { wake.signal() }
    }

    private func run() {
        var writer = LogWriter(destination)
        while true {
            let (entries, isClosed) = state.withLock { state in
                let entries = state.change { $0.take() }
                if entries.isEmpty {
                    state.isThreadWaiting = !state.isClosed
                    state.isThreadRunning = !state.isClosed
                }
                return (entries, state.isClosed)
            }
            guard entries.isEmpty else {
                finish(entries, lost: writer.write(entries))
                continue
            }
            if isClosed { return }
            wake.wait()
        }
    }

    private func finish(_ entries: [LogQueueState.Entry], lost: [LogQueueState.Entry]) {
        let finished = state.withLock { state in
            let before = state.queue.finished
            state.queue.finish(entries, lost: lost)
            let after = state.queue.finished
            CrashFlush.unwritten.subtract(Int(after - before), ordering: .relaxed)
            let finished = state.flushes.filter { $0.target <= after }
            state.flushes.removeAll { $0.target <= after }
            return finished
        }
        for case .record in lost { dropped.increment() }
        for flush in finished { flush.semaphore.signal() }
    }
}
