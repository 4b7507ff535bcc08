// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Logging
import Support
import Systemd
import Testing
import Worker

@Suite(.timeLimit(.minutes(1)))
struct SupervisorTests {
    private let commands: AsyncStream<Command>
    private let sender: AsyncStream<Command>.Continuation
    private let messages: AsyncStream<String>
    private let manager: AsyncStream<String>.Continuation
    private let reloads = Locked(0)
    private let note = Locked<String?>(nil)
    private let terminated = Locked<ExitReason?>(nil)
    /// True when the service manager receives.
    private let isRead = Locked(true)
    private let phase = Locked(SupervisorState.Phase.starting)

    init() {
        (commands, sender) = AsyncStream.makeStream()
        (messages, manager) = AsyncStream.makeStream()
    }

    private func start(
        _ worker: ScriptedWorker, timeouts: Supervisor.Timeouts? = nil, logger: Logger? = nil
    ) -> Task<ExitReason, Never> {
        var defaults = Supervisor.Timeouts()
        defaults.tick = .milliseconds(5)
        defaults.repeatedStop = .zero
        let supervisor = Supervisor(
            worker,
            notifier: Notifier { [manager, isRead] text in
                guard isRead.withLock({ $0 }) else { return false }
                manager.yield(text)
                return true
            },
            logger: logger ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            timeouts: timeouts ?? defaults,
            reload: { [reloads, note] in
                reloads.withLock { $0 += 1 }
                return note.withLock { $0 }
            },
            phaseChanged: { [phase] new in phase.withLock { $0 = new } },
            terminate: { [terminated] status in
                terminated.withLock { $0 = status }
                worker.end()
            })
        let commands = commands
        return Task { await supervisor.run(commands: commands) }
    }

    /// Returns the next message to the service manager that matches.
    private func message(where matches: (String) -> Bool) async -> String? {
        for await message in messages where matches(message) { return message }
        return nil
    }

    @Test func `readiness is notified after the first response of the queue, not before`() async {
        let worker = ScriptedWorker()
        let run = start(worker)
        let first = await message { _ in true }
        #expect(first == "STATUS=starting; waiting for the first response of the queue")
        worker.answerFirstPoll()
        let next = await message { !$0.hasPrefix("EXTEND") }
        #expect(next == "READY=1\nSTATUS=polling; nothing in flight; 0 done")
        sender.yield(.stop)
        _ = await message { $0 == "STOPPING=1" }
        #expect(await run.value == .success)
        #expect(worker.drains == [false])
    }

    @Test func `a service manager that does not read stops neither the start nor the end`() async {
        let worker = ScriptedWorker(drainsAtOnce: false)
        isRead.withLock { $0 = false }
        let run = start(worker)
        worker.answerFirstPoll()
        while phase.withLock({ $0 }) == .starting { await Task.yield() }
        sender.yield(.stop)
        while worker.drains.isEmpty { await Task.yield() }
        isRead.withLock { $0 = true }
        // The readiness is sent although the stop has begun, because it was true before.
        let ready = await message { $0.hasPrefix("READY=1") }
        #expect(ready == "READY=1")
        _ = await message { $0 == "STOPPING=1" }
        worker.end()
        #expect(await run.value == .success)
    }

    @Test func `a second stop command forces the stop`() async {
        let worker = ScriptedWorker(drainsAtOnce: false)
        let run = start(worker)
        worker.answerFirstPoll()
        sender.yield(.stop)
        _ = await message { $0.hasPrefix("STATUS=draining;") }
        sender.yield(.stop)
        #expect(await run.value == .success)
        #expect(worker.drains == [false, true])
    }

    @Test func `a second stop command at once is the same one`() async {
        let worker = ScriptedWorker(drainsAtOnce: false)
        var timeouts = Supervisor.Timeouts()
        (timeouts.tick, timeouts.repeatedStop) = (.milliseconds(5), .seconds(600))
        let run = start(worker, timeouts: timeouts)
        worker.answerFirstPoll()
        sender.yield(.stop)
        sender.yield(.stop)
        _ = await message { $0.hasPrefix("STATUS=draining;") }
        // Commands are handled in their order, and the status is sent after them.
        sender.yield(.stop)
        worker.change { $0.inFlight = 3 }
        _ = await message { $0.contains("3 in flight") }
        #expect(worker.drains == [false])
        worker.end()
        #expect(await run.value == .success)
    }

    @Test func `the start is retried with an invalid secret key, and the status shows the error`() async {
        let worker = ScriptedWorker()
        worker.change {
            $0.pollFailure = WorkerError(.credentials, operation: "ReceiveMessage", requestID: "r-1")
        }
        let run = start(worker)
        _ = await message { $0.hasPrefix("EXTEND_TIMEOUT_USEC=") }
        worker.change { $0.pollFailure = nil }
        worker.answerFirstPoll()
        _ = await message { $0.hasPrefix("READY=1") }
        worker.change {
            $0.pollFailure = WorkerError(.credentials, operation: "ReceiveMessage", requestID: "r-2")
        }
        let status = await message { $0.contains("r-2") }
        #expect(
            status
                == "STATUS=cannot poll: ReceiveMessage: credentials [request r-2]; nothing in flight; 0 done"
        )
        sender.yield(.stop)
        #expect(await run.value == .success)
    }

    @Test func `a start without a queue ends with the exit status and the errno of a missing queue`() async {
        let worker = ScriptedWorker()
        worker.change { $0.pollFailure = WorkerError(.queueMissing, operation: "ReceiveMessage") }
        var timeouts = Supervisor.Timeouts()
        timeouts.tick = .milliseconds(5)
        timeouts.missingQueue = .milliseconds(20)
        let run = start(worker, timeouts: timeouts)
        let message = await message { $0.hasPrefix("ERRNO") }
        #expect(message == "ERRNO=2")
        #expect(await run.value == .unavailable)
    }

    @Test func `a start without a response times out after the configured time`() async {
        var timeouts = Supervisor.Timeouts()
        timeouts.tick = .milliseconds(5)
        timeouts.start = .milliseconds(20)
        let run = start(ScriptedWorker(), timeouts: timeouts)
        #expect(await run.value == .temporary)
    }

    @Test func `a drain extends the manager's timeout while it makes progress`() async {
        let worker = ScriptedWorker(drainsAtOnce: false)
        let run = start(worker)
        worker.answerFirstPoll()
        _ = await message { $0.hasPrefix("READY=1") }
        sender.yield(.stop)
        _ = await message { $0 == "STOPPING=1" }
        let asked = await message { $0.hasPrefix("EXTEND") }
        #expect(asked == "EXTEND_TIMEOUT_USEC=30000000")
        worker.end()
        #expect(await run.value == .success)
    }

    @Test func `a drain that does not end is cancelled`() async {
        var timeouts = Supervisor.Timeouts()
        timeouts.tick = .milliseconds(5)
        timeouts.drain = .milliseconds(20)
        let worker = ScriptedWorker(drainsAtOnce: false)
        let run = start(worker, timeouts: timeouts)
        worker.answerFirstPoll()
        sender.yield(.stop)
        #expect(await run.value == .success)
        #expect(terminated.withLock { $0 } == nil)
    }

    @Test func `a worker that ignores its cancellation ends the process`() async {
        var timeouts = Supervisor.Timeouts()
        timeouts.tick = .milliseconds(5)
        timeouts.drain = .milliseconds(10)
        timeouts.cancellation = .milliseconds(10)
        let worker = ScriptedWorker(drainsAtOnce: false, obeysCancellation: false)
        let run = start(worker, timeouts: timeouts)
        sender.yield(.stop)
        _ = await run.value
        #expect(terminated.withLock { $0 } == .software)
    }

    @Test func `the event stopped accounts for every message received`() async throws {
        let pipe = Pipe()
        let output = LogOutput(format: .json, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let worker = ScriptedWorker()
        let run = start(worker, logger: output.logger("daemon"))
        worker.answerFirstPoll()
        _ = await message { $0.hasPrefix("READY=1") }
        worker.change {
            $0.received = 9
            $0.deleted = 6
            $0.released = 2
            $0.done = 5
        }
        sender.yield(.stop)
        _ = await run.value
        #expect(output.flush(within: .seconds(60)))
        try pipe.fileHandleForWriting.close()
        let log = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let last = log.split(separator: "\n").last ?? ""
        for field in [
            #""event":"stopped""#, #""received":9"#, #""deleted":6"#, #""released":2"#, #""left":1"#,
        ] { #expect(last.contains(field + ","), "\(field)") }
        #expect(
            last.contains(
                "2 released, 1 left, to become visible again at the end of the visibility timeout; 5 pictures done"
            ))
    }

    @Test func `a reload notifies the manager at its begin and end, and the status shows its note`() async {
        let worker = ScriptedWorker()
        let run = start(worker)
        worker.answerFirstPoll()
        _ = await message { $0.hasPrefix("READY=1") }
        note.withLock { $0 = "the last reload was refused: config.json:1: must be JSON" }
        sender.yield(.reload)
        let begin = await message { _ in true }
        #expect(begin?.wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=\d+/) != nil)
        let end = await message { _ in true }
        let status = "STATUS=polling; nothing in flight; 0 done"
        #expect(end == "READY=1\n\(status); the last reload was refused: config.json:1: must be JSON")
        note.withLock { $0 = nil }
        sender.yield(.reload)
        #expect(await message { $0.hasPrefix("READY=1") } == "READY=1\n\(status)")
        sender.yield(.stop)
        #expect(await run.value == .success)
        #expect(reloads.withLock { $0 } == 2)
    }

    @Test func `a reload before the first response does not notify readiness`() async {
        let worker = ScriptedWorker()
        let run = start(worker)
        _ = await message { _ in true }
        note.withLock { $0 = "restart needed for queue.url" }
        sender.yield(.reload)
        let next = await message { !$0.hasPrefix("EXTEND") }
        let status = "STATUS=starting; waiting for the first response of the queue"
        #expect(next == "\(status); restart needed for queue.url")
        worker.answerFirstPoll()
        #expect(await message { !$0.hasPrefix("EXTEND") }?.hasPrefix("READY=1\n") == true)
        sender.yield(.stop)
        _ = await run.value
    }
}
