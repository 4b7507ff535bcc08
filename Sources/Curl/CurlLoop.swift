// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import HTTP
import Support

/// The loop of the px-curl thread: all calls of libcurl happen here, one turn after the other. A turn takes
/// the commands, lets libcurl move every transfer as far as it goes, hands out what has ended, looks at the
/// deadlines that are due, and sleeps until a socket, a deadline or a command calls.
///
/// Created and used on that thread alone.
final class CurlLoop {
    /// Also the granularity at which `CurlStatus.sinceLastTurn` tells a live loop from a stuck one.
    static let longestSleep: Duration = .seconds(2)

    private let multi: MultiHandle
    private let mailbox: CommandQueue
    private let options: CurlOptions
    private var transfers: [UInt64: CurlTransfer] = [:]
    private var admission: CurlLoopState
    private var spareHandles: [EasyHandle] = []
    private var account = CommandQueue.TurnStatistics()
    /// No transfer wants to be looked at before this instant.
    private var nextLook: ContinuousClock.Instant

    private init(_ multi: MultiHandle, _ mailbox: CommandQueue, _ options: CurlOptions) {
        self.multi = multi
        self.mailbox = mailbox
        self.options = options
        admission = CurlLoopState(total: options.maxConnections, perHost: options.maxConnectionsPerHost)
        nextLook = .now + Self.longestSleep
    }

    /// Turns until it is told to stop or libcurl's engine fails. Leaves no transfer and no handle behind.
    /// The fresh multi handle at `address` belongs to the loop from here on.
    static func run(
        on address: UInt, _ mailbox: CommandQueue, _ options: CurlOptions,
        wait: @escaping SocketEvents.WaitCall
    ) -> (CommandQueue.End, CommandQueue.TurnStatistics) {
        guard let multi = MultiHandle(owning: address, options, mailbox.events, wait: wait) else {
            return (.died(CurlError(.resources, "no multi handle")), CommandQueue.TurnStatistics())
        }
        return CurlLoop(multi, mailbox, options).run()
    }

    private func run() -> (CommandQueue.End, CommandQueue.TurnStatistics) {
        let end: CommandQueue.End
        do throws(MultiFailure) {
            while try turn() {}
            end = .shutDown
        } catch {
            end = .died(error.error)
        }
        for transfer in Array(transfers.values) {
            finish(transfer, .failure(transfer.failure(.shutDown, end.words, now: .now)))
        }
        spareHandles = []
        return (end, account)
    }

    /// False when the loop is to stop.
    private func turn() throws(MultiFailure) -> Bool {
        var now = ContinuousClock.now
        account.waiting = admission.waiting
        let commands = mailbox.take(account, now: now)
        account = CommandQueue.TurnStatistics()
        guard let commands else { return false }
        for command in commands { obey(command, now: now) }
        admit(now: now)
        try multi.perform()
        now = .now
        while let (handle, result) = multi.nextDone() {
            guard let transfer = transfer(of: handle) else { continue }
            if goAgain(transfer, after: result, now: now) { continue }
            finish(transfer, transfer.outcome(result, now: now))
        }
        if now >= nextLook { enforceLimits(now: now) }
        // What has ended made room: its successors begin in the next turn's `perform`, without sleeping.
        admit(now: now)
        let wakeAt = multi.timer.map { min($0, nextLook) } ?? nextLook
        try multi.wait(timeout: mailbox.fallAsleep() ? wakeAt - .now : .zero)
        return true
    }

    private func obey(_ command: CurlCommand, now: ContinuousClock.Instant) {
        switch command {
        case .start(let order):
            let transfer = CurlTransfer(order)
            transfers[order.id] = transfer
            admission.arrive(order.id, host: transfer.host)
            nextLook = min(nextLook, transfer.lookAt)
        case .cancel(let id):
            // It may just have ended by itself.
            guard let transfer = transfers[id] else { return }
            finish(transfer, .failure(transfer.failure(.cancelled, "cancelled by the caller", now: now)))
        }
    }

    private func admit(now: ContinuousClock.Instant) {
        while let id = admission.next() {
            guard let transfer = transfers[id] else { continue }
            guard let handle = spareHandles.popLast() ?? EasyHandle() else {
                finish(transfer, .failure(transfer.failure(.other, "no memory for a handle", now: now)))
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
                let words = String(cString: curl_multi_strerror(code))
                finish(transfer, .failure(transfer.failure(.other, words, now: now)))
                continue
            }
            nextLook = min(nextLook, transfer.lookAt)
        }
    }

    /// Sends the request once more, over a new connection, if the one it was given had gone stale. libcurl does
    /// so itself when it reads the end of the old connection, but not when sending meets it first.
    private func goAgain(
        _ transfer: CurlTransfer, after result: CURLcode, now: ContinuousClock.Instant
    ) -> Bool {
        guard transfer.metStaleConnection(result), let handle = transfer.easy else { return false }
        multi.remove(handle)
        guard transfer.rewindToStart(now: now), multi.add(handle) == CURLM_OK else { return false }
        nextLook = min(nextLook, transfer.lookAt)
        return true
    }

    private func enforceLimits(now: ContinuousClock.Instant) {
        nextLook = now + Self.longestSleep
        for transfer in Array(transfers.values) {
            if transfer.lookAt <= now, let limit = transfer.check(now: now) {
                finish(transfer, .failure(transfer.failure(.timedOut, limit, now: now)))
            } else {
                nextLook = min(nextLook, transfer.lookAt)
            }
        }
    }

    /// Frees everything of `transfer`, then lets its caller go on.
    private func finish(_ transfer: CurlTransfer, _ outcome: PendingRequest.Outcome) {
        admission.leave(transfer.order.id, host: transfer.host)
        transfers[transfer.order.id] = nil
        account.finished += 1
        if let handle = transfer.releaseHandle() {
            account.connectionsOpened += handle.long(CURLINFO_NUM_CONNECTS)
            // A reset leaves the system's error where it is, and the next transfer would be told by it.
            let isClean = handle.long(CURLINFO_OS_ERRNO) == 0
            // Closes the connection unless the transfer ran to its end. Harmless if it never was added.
            multi.remove(handle)
            handle.reset()
            if isClean, spareHandles.count < options.maxConnections { spareHandles.append(handle) }
        }
        transfer.order.caller.give(outcome)
    }
}
