// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import HTTP
import Support

/// The event loop on the px-curl thread, which makes all calls to libcurl.
///
/// One turn of the loop has these steps:
///
/// 1. The commands of the callers are handled: a new transfer is queued, and a cancelled one is ended.
/// 2. The queued transfers are started, as many as `CurlLoopState` allows.
/// 3. libcurl works on the sockets and timers that are ready (`curl_multi_socket_action`).
/// 4. The transfers that libcurl reports as done are finished, and their callers are resumed.
/// 5. The limits of the transfers whose check is due are checked.
/// 6. Further queued transfers are started instead of the finished ones.
/// 7. The loop waits until a socket is ready, a timer or check is due, or a command arrives.
///
/// The object is created, used and freed on the px-curl thread only.
final class CurlLoop {
    /// The maximum wait between two turns of the loop. While the loop works, `CurlStatus.sinceLastTurn` is not much
    /// greater than this.
    static let longestSleep: Duration = .seconds(2)

    private let multi: MultiHandle
    /// The queue that commands are taken from, and that the statistics are passed to.
    private let queue: CommandQueue
    private let options: CurlOptions
    /// The commands of the current turn of the loop.
    private var commands: [CurlCommand] = []
    /// All transfers that have not ended, queued or active, by the identifier of their request.
    private var transfers: [UInt64: CurlTransfer] = [:]
    /// The state that determines which transfers can start.
    private var state: CurlLoopState
    /// The easy handles that have been reset and can be used again, at most `maxConnections`.
    private var spareHandles: [EasyHandle] = []
    private let connections: ReusableConnections
    /// The statistics of the current turn of the loop.
    private var statistics = TurnStatistics()
    /// The earliest time at which the limits of a transfer must be checked.
    private var nextCheck: ContinuousClock.Instant

    private init(_ multi: MultiHandle, _ queue: CommandQueue, _ options: CurlOptions) {
        self.multi = multi
        self.queue = queue
        self.options = options
        state = CurlLoopState(total: options.maxConnections, perHost: options.maxConnectionsPerHost)
        connections = ReusableConnections(maxConnections: options.maxConnections)
        nextCheck = .now + Self.longestSleep
    }

    /// Runs the event loop until the queue is stopped or libcurl fails. Then all transfers end and all handles are
    /// freed.
    ///
    /// - Parameter address: the address of a new multi handle, which the loop frees at its end. It is a number, because
    ///   a pointer is not `Sendable`.
    static func run(
        on address: UInt, _ queue: CommandQueue, _ options: CurlOptions,
        wait: @escaping SocketEvents.WaitCall
    ) -> (CommandQueue.End, TurnStatistics) {
        guard let multi = MultiHandle(owning: address, options, queue.events, wait: wait) else {
            return (.failed(CurlError(.resources, "no multi handle")), TurnStatistics())
        }
        return CurlLoop(multi, queue, options).run()
    }

    private func run() -> (CommandQueue.End, TurnStatistics) {
        let end: CommandQueue.End
        do throws(MultiFailure) {
            while try turn() {}
            end = .shutDown
        } catch {
            end = .failed(error.error)
        }
        for transfer in Array(transfers.values) {
            finish(transfer, .failure(transfer.failure(.shutDown, end.description, now: .now)))
        }
        spareHandles = []
        return (end, statistics)
    }

    /// Runs one turn of the loop. Returns false when the loop must stop.
    private func turn() throws(MultiFailure) -> Bool {
        var now = ContinuousClock.now
        statistics.waiting = state.waiting
        let mustContinue = queue.take(&commands, statistics, now: now)
        statistics = TurnStatistics()
        guard mustContinue else { return false }
        for command in commands {
            switch command {
            case .start(let pending):
                let transfer = CurlTransfer(pending, connections)
                transfers[pending.id] = transfer
                state.enqueue(pending.id, host: transfer.host)
                nextCheck = min(nextCheck, transfer.nextCheck)
            case .cancel(let id):
                // The transfer may have ended between the cancellation and this turn.
                guard let transfer = transfers[id] else { continue }
                finish(transfer, .failure(transfer.failure(.cancelled, "cancelled by the caller", now: now)))
            }
        }
        commands.removeAll(keepingCapacity: true)
        startTransfers(now: now)
        try multi.perform()
        now = .now
        while let (handle, result) = multi.nextDone() {
            guard let transfer = transfer(of: handle) else { continue }
            if retryOnStaleConnection(transfer, after: result, now: now) { continue }
            finish(transfer, transfer.outcome(result, now: now))
        }
        if now >= nextCheck { checkLimits(now: now) }
        // These transfers make their first step in the `perform` of the next turn. libcurl sets its timer to zero when
        // a handle is added, so that turn begins without a wait.
        startTransfers(now: now)
        let wakeAt = multi.timer.map { min($0, nextCheck) } ?? nextCheck
        try multi.wait(timeout: queue.prepareToSleep() ? wakeAt - .now : .zero)
        return true
    }

    /// Starts the queued transfers, as many as `state` allows. A transfer that cannot be started ends with an error.
    private func startTransfers(now: ContinuousClock.Instant) {
        while let id = state.startNext() {
            guard let transfer = transfers[id] else { continue }
            guard let handle = spareHandles.popLast() ?? EasyHandle() else {
                finish(transfer, .failure(transfer.failure(.other, "no memory for an easy handle", now: now)))
                continue
            }
            do throws(EasyFailure) {
                try transfer.start(on: handle, options, now: now)
            } catch {
                finish(transfer, transfer.outcome(error.code, now: now))
                continue
            }
            let code = multi.add(handle)
            guard code == CURLM_OK else {
                let text = String(cString: curl_multi_strerror(code))
                finish(transfer, .failure(transfer.failure(.other, text, now: now)))
                continue
            }
            nextCheck = min(nextCheck, transfer.nextCheck)
        }
    }

    /// Sends the request of a transfer once more, over a new connection, when the server has closed the reused
    /// connection. libcurl does so itself when it reads the end of the old connection, but not when the request cannot
    /// be sent.
    ///
    /// - Returns: true when the transfer continues.
    private func retryOnStaleConnection(
        _ transfer: CurlTransfer, after result: CURLcode, now: ContinuousClock.Instant
    ) -> Bool {
        guard transfer.metStaleConnection(result), let handle = transfer.easy else { return false }
        multi.remove(handle)
        guard transfer.rewindToStart(now: now), multi.add(handle) == CURLM_OK else { return false }
        nextCheck = min(nextCheck, transfer.nextCheck)
        return true
    }

    /// Ends the transfers that have exceeded a limit, and sets `nextCheck`.
    private func checkLimits(now: ContinuousClock.Instant) {
        nextCheck = now + Self.longestSleep
        for transfer in Array(transfers.values) {
            if transfer.nextCheck <= now, let limit = transfer.exceededLimit(now: now) {
                finish(transfer, .failure(transfer.failure(.timedOut, limit, now: now)))
            } else {
                nextCheck = min(nextCheck, transfer.nextCheck)
            }
        }
    }

    /// Frees the resources of `transfer`, and resumes its caller with `outcome`.
    private func finish(_ transfer: CurlTransfer, _ outcome: PendingRequest.Outcome) {
        state.remove(transfer.pending.id, host: transfer.host)
        transfers[transfer.pending.id] = nil
        statistics.finished += 1
        if let handle = transfer.releaseHandle() {
            statistics.connectionsOpened += handle.long(CURLINFO_NUM_CONNECTS)
            if let (socket, ends) = handle.openConnection() { connections.store(socket, of: ends) }
            // `curl_easy_reset` keeps CURLINFO_OS_ERRNO, which would be reported for the next transfer.
            let isClean = handle.long(CURLINFO_OS_ERRNO) == 0
            // Removing a handle closes its connection unless the transfer is complete. It has no effect on a handle
            // that has not been added.
            multi.remove(handle)
            handle.reset()
            if isClean, spareHandles.count < options.maxConnections { spareHandles.append(handle) }
        }
        transfer.pending.caller.resume(returning: outcome)
    }
}
