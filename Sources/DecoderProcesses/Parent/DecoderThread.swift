// SPDX-License-Identifier: Apache-2.0

internal import CLibC
import Glibc
internal import Pixelation
internal import Sandbox
internal import Support

/// The thread `px-decoders` of a pool, which starts and ends decoders.
///
/// One thread starts all decoders and lives until the last one has exited, because the kernel kills a decoder when the
/// thread that has started it ends (prctl(2), `PR_SET_PDEATHSIG`).
struct DecoderThread {
    /// A decoder that is to exit, and the time at which it is killed.
    private struct Leaving {
        let decoder: DecoderProcess
        let deadline: ContinuousClock.Instant
    }

    /// A decoder that has not sent its first message yet, with the bytes of the message so far.
    private struct Starting {
        let decoder: DecoderProcess
        let options: DecoderOptions
        var received: [UInt8] = []
    }

    private let core: DecoderPoolCore
    private var starting: [Int: Starting] = [:]
    private var leaving: [Leaving] = []
    /// The time between two attempts to reap a decoder.
    private static let reapPause = Duration.milliseconds(10)

    private init(_ core: DecoderPoolCore) { self.core = core }

    /// Starts the thread of a pool.
    static func start(_ core: DecoderPoolCore) {
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                px_name_thread("px-decoders")
                var thread = DecoderThread(Unmanaged<DecoderPoolCore>.fromOpaque(context).takeRetainedValue())
                thread.run()
                return nil
            }, Unmanaged.passRetained(core).toOpaque())
        precondition(code == 0, "pthread_create failed with \(code)")
        pthread_detach(thread)
    }

    private mutating func run() {
        blockSignals()
        while true {
            let now = ContinuousClock.now
            let actions = core.pool.change { $0.state.actions(at: now) }
            for action in actions { perform(action) }
            reap()
            let (timer, isDone) = core.pool.change { pool in
                leaving += pool.unreaped.map { Leaving(decoder: $0, deadline: now) }
                pool.unreaped = []
                return (pool.state.timer, pool.state.isFinished && leaving.isEmpty)
            }
            if isDone { break }
            wait(until: timer)
        }
        core.pool.change { $0.isFinished = true }
    }

    /// Blocks all signals of this thread, which others handle.
    private func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }

    // MARK: Starts and ends

    private mutating func perform(_ action: DecoderPoolState.Action) {
        switch action {
        case .start(let id): start(id)
        case .end(let id):
            guard let decoder = detach(id) else { return }
            leave(decoder)
            core.onEvent(.retired(pid: decoder.pid))
        case .giveUp(let id):
            guard let decoder = detach(id) else { return }
            decoder.kill()
            leave(decoder)
            core.onEvent(.startFailed("process \(decoder.pid) was not ready in time"))
        }
    }

    private mutating func start(_ id: Int) {
        let options = core.pool.change { $0.options }
        do throws(DecoderStartFailure) {
            starting[id] = Starting(decoder: try DecoderProcess(core.program, options), options: options)
        } catch {
            fail(id, error.description)
        }
    }

    private func fail(_ id: Int, _ reason: String) {
        core.pool.change { $0.state.startFailed(id, reason: reason, at: .now) }
        core.onEvent(.startFailed(reason))
    }

    /// Takes a decoder out of the tables, so that this thread owns it.
    private mutating func detach(_ id: Int) -> DecoderProcess? {
        if let entry = starting.removeValue(forKey: id) { return entry.decoder }
        return core.pool.change { $0.decoders.removeValue(forKey: id) }
    }

    private mutating func leave(_ decoder: DecoderProcess) {
        decoder.closeChannel()
        leaving.append(Leaving(decoder: decoder, deadline: .now + core.times.exit))
    }

    private mutating func reap() {
        leaving.removeAll { entry in
            if entry.decoder.reap() { return true }
            if ContinuousClock.now >= entry.deadline { entry.decoder.kill() }
            return false
        }
    }

    // MARK: Events

    /// Waits for a message of a starting decoder, the end of a decoder, `wake` or `timer`.
    private mutating func wait(until timer: ContinuousClock.Instant?) {
        let ready = core.pool.change { pool in
            pool.decoders.filter { !pool.state.isGone($0.key) }
                .map { (id: $0.key, descriptor: $0.value.channel.descriptor) }
        }
        var ids: [Int] = [0]
        var entries = [pollfd(fd: core.wakeups.reading, events: Int16(POLLIN), revents: 0)]
        for (id, entry) in starting {
            ids.append(id)
            entries.append(pollfd(fd: entry.decoder.channel.descriptor, events: Int16(POLLIN), revents: 0))
        }
        // POLLHUP is reported always.
        for entry in ready {
            ids.append(entry.id)
            entries.append(pollfd(fd: entry.descriptor, events: 0, revents: 0))
        }
        let reaping = leaving.isEmpty ? nil : ContinuousClock.now + Self.reapPause
        let end = [timer, reaping].compactMap { $0 }.min()
        let milliseconds = end.map { Int32(clamping: max(.zero, $0 - .now).inMilliseconds + 1) } ?? -1
        guard poll(&entries, nfds_t(entries.count), milliseconds) > 0 else { return }
        for (id, entry) in zip(ids, entries) where entry.revents != 0 {
            if id == 0 {
                drain()
            } else if starting[id] != nil {
                receive(id)
            } else {
                hangUp(id)
            }
        }
    }

    private func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(core.wakeups.reading, &bytes, bytes.count) > 0 {}
    }

    /// Reads the first message of a starting decoder, as far as it has arrived.
    private mutating func receive(_ id: Int) {
        guard var entry = starting[id] else { return }
        let length = MessageReader.lengthBytes + ReadyMessage.bodyBytes
        // One byte more than the message would be an answer before the first request.
        var bytes = [UInt8](repeating: 0, count: length + 1 - entry.received.count)
        let count = recv(entry.decoder.channel.descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else {
            starting[id] = nil
            entry.decoder.closeChannel()
            let isReaped = entry.decoder.wait(atMost: .milliseconds(100))
            if !isReaped { leave(entry.decoder) }
            return fail(
                id, "a decoder ended before it was ready: \(entry.decoder.end?.description ?? "hung up")")
        }
        entry.received += bytes.prefix(count)
        starting[id] = entry
        guard entry.received.count >= length else { return }
        starting[id] = nil
        do throws(MessageError) {
            let body = try MessageReader.length(
                Array(entry.received.prefix(MessageReader.lengthBytes)), maximum: ReadyMessage.bodyBytes)
            guard entry.received.count == MessageReader.lengthBytes + body else {
                throw MessageError("\(entry.received.count) bytes in place of the first message")
            }
            let ready = try ReadyMessage(body: Array(entry.received[MessageReader.lengthBytes...]))
            guard entry.options.isolation == .preferred || ready.report.isIsolated else {
                throw MessageError("the sandbox is incomplete: \(ready.report)")
            }
            becomeReady(id, entry.decoder, ready)
        } catch {
            entry.decoder.kill()
            leave(entry.decoder)
            fail(id, error.description)
        }
    }

    private func becomeReady(_ id: Int, _ decoder: DecoderProcess, _ ready: ReadyMessage) {
        core.pool.change {
            $0.decoders[id] = decoder
            $0.report = ready.report
            $0.unreadable = ready.unreadable
            $0.state.ready(id, at: .now)
        }
        core.onEvent(
            .ready(pid: decoder.pid, report: ready.report, after: decoder.started.duration(to: .now)))
    }

    /// Handles the end of a decoder that is ready. The thread of a picture notices the end of its decoder itself.
    private mutating func hangUp(_ id: Int) {
        let decoder = core.pool.change { pool -> DecoderProcess? in
            guard pool.state.owner(of: id) == .idle else {
                pool.state.markGone(id)
                return nil
            }
            // The reason is known when the process is reaped.
            pool.state.markTaken(id)
            return pool.decoders.removeValue(forKey: id)
        }
        guard let decoder else { return }
        decoder.closeChannel()
        if !decoder.wait(atMost: .milliseconds(100)) {
            decoder.kill()
            leave(decoder)
        }
        let reason = decoder.idleEnd
        core.pool.change { $0.state.remove(id, idleEnd: reason, at: .now) }
        core.onEvent(.endedIdle(pid: decoder.pid, reason))
    }
}
