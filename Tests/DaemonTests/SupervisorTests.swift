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
    private let instructions: AsyncStream<Command>
    private let instruct: AsyncStream<Command>.Continuation
    private let messages: AsyncStream<String>
    private let manager: AsyncStream<String>.Continuation
    private let reloads = Locked(0)
    private let remark = Locked<String?>(nil)
    private let abandoned = Locked<ExitReason?>(nil)

    init() {
        (instructions, instruct) = AsyncStream.makeStream()
        (messages, manager) = AsyncStream.makeStream()
    }

    private func start(
        _ worker: ScriptedWorker, patience: Supervisor.Timeouts? = nil, logger: Logger? = nil
    ) -> Task<ExitReason, Never> {
        var usual = Supervisor.Timeouts()
        usual.tick = .milliseconds(5)
        let supervisor = Supervisor(
            worker, notifier: Notifier { [manager] in _ = manager.yield($0) },
            logger: logger ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            patience: patience ?? usual,
            reload: { [reloads, remark] in
                reloads.withLock { $0 += 1 }
                return remark.withLock { $0 }
            },
            abandon: { [abandoned] status in
                abandoned.withLock { $0 = status }
                worker.end()
            })
        let instructions = instructions
        return Task { await supervisor.run(instructions: instructions) }
    }

    /// Waits until the service manager has been told this.
    private func told(_ matches: (String) -> Bool) async -> String? {
        for await message in messages where matches(message) { return message }
        return nil
    }

    @Test func `ready comes with the first answer and not before`() async {
        let worker = ScriptedWorker()
        let run = start(worker)
        let first = await told { _ in true }
        #expect(first == "STATUS=starting; waiting for the queue's first answer")
        worker.answerFirstPoll()
        let next = await told { !$0.hasPrefix("EXTEND") }
        #expect(next == "READY=1\nSTATUS=polling; nothing in flight; 0 done")
        instruct.yield(.stop)
        _ = await told { $0 == "STOPPING=1" }
        #expect(await run.value == .success)
        #expect(worker.drains == [false])
    }

    @Test func `the second instruction to stop hurries`() async {
        let worker = ScriptedWorker(drainsAtOnce: false)
        let run = start(worker)
        worker.answerFirstPoll()
        instruct.yield(.stop)
        _ = await told { $0.hasPrefix("STATUS=draining;") }
        instruct.yield(.stop)
        #expect(await run.value == .success)
        #expect(worker.drains == [false, true])
    }

    @Test func `a wrong secret keeps the start going, and says what AWS said`() async {
        let worker = ScriptedWorker()
        worker.change {
            $0.pollFailure = WorkerError(.credentials, operation: "ReceiveMessage", requestID: "r-1")
        }
        let run = start(worker)
        _ = await told { $0.hasPrefix("EXTEND_TIMEOUT_USEC=") }
        worker.change { $0.pollFailure = nil }
        worker.answerFirstPoll()
        _ = await told { $0.hasPrefix("READY=1") }
        worker.change {
            $0.pollFailure = WorkerError(.credentials, operation: "ReceiveMessage", requestID: "r-2")
        }
        let status = await told { $0.contains("r-2") }
        #expect(
            status
                == "STATUS=cannot poll: ReceiveMessage: credentials [request r-2]; nothing in flight; 0 done"
        )
        instruct.yield(.stop)
        #expect(await run.value == .success)
    }

    @Test func `a start without a queue ends with the exit status and the errno of a missing queue`() async {
        let worker = ScriptedWorker()
        worker.change { $0.pollFailure = WorkerError(.queueMissing, operation: "ReceiveMessage") }
        var patience = Supervisor.Timeouts()
        patience.tick = .milliseconds(5)
        patience.missingQueue = .milliseconds(20)
        let run = start(worker, patience: patience)
        let message = await told { $0.hasPrefix("ERRNO") }
        #expect(message == "ERRNO=2")
        #expect(await run.value == .unavailable)
    }

    @Test func `a start without any answer is given up when that is wanted`() async {
        var patience = Supervisor.Timeouts()
        patience.tick = .milliseconds(5)
        patience.start = .milliseconds(20)
        let run = start(ScriptedWorker(), patience: patience)
        #expect(await run.value == .temporary)
    }

    @Test func `a drain asks for time while it progresses`() async {
        let worker = ScriptedWorker(drainsAtOnce: false)
        let run = start(worker)
        worker.answerFirstPoll()
        _ = await told { $0.hasPrefix("READY=1") }
        instruct.yield(.stop)
        _ = await told { $0 == "STOPPING=1" }
        let asked = await told { $0.hasPrefix("EXTEND") }
        #expect(asked == "EXTEND_TIMEOUT_USEC=30000000")
        worker.end()
        #expect(await run.value == .success)
    }

    @Test func `a drain without an end is cut short`() async {
        var patience = Supervisor.Timeouts()
        patience.tick = .milliseconds(5)
        patience.drain = .milliseconds(20)
        let worker = ScriptedWorker(drainsAtOnce: false)
        let run = start(worker, patience: patience)
        worker.answerFirstPoll()
        instruct.yield(.stop)
        #expect(await run.value == .success)
        #expect(abandoned.withLock { $0 } == nil)
    }

    @Test func `work that does not even return when cancelled is abandoned`() async {
        var patience = Supervisor.Timeouts()
        patience.tick = .milliseconds(5)
        patience.drain = .milliseconds(10)
        patience.cancellation = .milliseconds(10)
        let worker = ScriptedWorker(drainsAtOnce: false, obeysCancellation: false)
        let run = start(worker, patience: patience)
        instruct.yield(.stop)
        _ = await run.value
        #expect(abandoned.withLock { $0 } == .software)
    }

    @Test func `the last event accounts for every message received`() async throws {
        let pipe = Pipe()
        let output = LogOutput(format: .json, descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let worker = ScriptedWorker()
        let run = start(worker, logger: output.logger("daemon"))
        worker.answerFirstPoll()
        _ = await told { $0.hasPrefix("READY=1") }
        worker.change {
            $0.received = 9
            $0.deleted = 6
            $0.released = 2
            $0.done = 5
        }
        instruct.yield(.stop)
        _ = await run.value
        try pipe.fileHandleForWriting.close()
        let log = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let last = log.split(separator: "\n").last ?? ""
        for field in ["event\":\"stopped", "received\":\"9", "deleted\":\"6", "released\":\"2", "left\":\"1"]
        {
            #expect(last.contains("\"" + field + "\""), "\(field)")
        }
        #expect(last.contains("1 come again when their visibility timeout is over; 5 pictures done"))
    }

    @Test func `a reload tells the manager when it begins and ends, and the status what it left`() async {
        let worker = ScriptedWorker()
        let run = start(worker)
        worker.answerFirstPoll()
        _ = await told { $0.hasPrefix("READY=1") }
        remark.withLock { $0 = "the last reload was refused: config.json:1: must be JSON" }
        instruct.yield(.reload)
        let begin = await told { _ in true }
        #expect(begin?.wholeMatch(of: /RELOADING=1\nMONOTONIC_USEC=\d+/) != nil)
        let end = await told { _ in true }
        let status = "STATUS=polling; nothing in flight; 0 done"
        #expect(end == "READY=1\n\(status); the last reload was refused: config.json:1: must be JSON")
        remark.withLock { $0 = nil }
        instruct.yield(.reload)
        #expect(await told { $0.hasPrefix("READY=1") } == "READY=1\n\(status)")
        instruct.yield(.stop)
        #expect(await run.value == .success)
        #expect(reloads.withLock { $0 } == 2)
    }

    @Test func `a reload before the first answer does not call the service ready`() async {
        let worker = ScriptedWorker()
        let run = start(worker)
        _ = await told { _ in true }
        remark.withLock { $0 = "a restart is due for queue.url" }
        instruct.yield(.reload)
        let next = await told { !$0.hasPrefix("EXTEND") }
        let status = "STATUS=starting; waiting for the queue's first answer"
        #expect(next == "\(status); a restart is due for queue.url")
        worker.answerFirstPoll()
        #expect(await told { !$0.hasPrefix("EXTEND") }?.hasPrefix("READY=1\n") == true)
        instruct.yield(.stop)
        _ = await run.value
    }
}

struct StatusSentenceTests {
    @Test func `the sentence is the one that an operator would write`() {
        var status = WorkerStatus()
        status.inFlight = 3
        status.bytesInFlight = 47_100_000
        status.done = 1204
        status.quarantined = 2
        status.sinceLastPicture = .milliseconds(440)
        #expect(
            StatusText.sentence(.running, status)
                == "polling; 3 in flight (48 MB); 1,204 done, 2 quarantined; last picture 0.4 s ago")
        status.lag = .seconds(200)
        #expect(StatusText.sentence(.running, status).hasSuffix("last picture 0.4 s ago; 3 min behind"))
        status.lag = .zero
        #expect(StatusText.sentence(.running, status).hasSuffix("; nothing waiting"))
        status.pollFailure = WorkerError(.timedOut, operation: "ReceiveMessage")
        #expect(!StatusText.sentence(.running, status).contains("waiting"))
        status.quarantineOpening = WorkerStatus.OpenBreaker(.queueMissing, age: .seconds(180))
        #expect(
            StatusText.sentence(.running, status)
                .hasSuffix("; reasons cannot be stored: queue-missing for 3 min"))
    }

    @Test(arguments: [
        (Duration.milliseconds(40), "0.0 s"), (.seconds(9.99), "9.9 s"), (.seconds(61), "61 s"),
        (.seconds(121), "2 min"), (.seconds(7300), "2 h"), (.seconds(400_000), "4 days"),
    ])
    func `spans are short`(duration: Duration, text: String) {
        #expect(StatusText.span(duration) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000")])
    func `thousands are set apart`(number: Int, text: String) {
        #expect(StatusText.grouped(number) == text)
    }
}
