// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Glibc
import Logging
import Metrics
import Support
import Testing

@testable import Systemd

/// The tests use real pipes, sockets and devices that take nothing, or not everything.
@Suite(.timeLimit(.minutes(2)))
struct LogQueueTests {
    init() { signal(SIGPIPE, SIG_IGN) }

    /// Returns a pipe that is full.
    private func stuckPipe() -> Pipe {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        let page = [UInt8](repeating: UInt8(ascii: "."), count: 4096)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        while write(descriptor, page, page.count) > 0 {}
        _ = fcntl(descriptor, F_SETFL, 0)
        return pipe
    }

    private func output(
        _ pipe: Pipe, format: LogFormat = .text, maxRecords: Int? = nil, journalPath: String? = nil
    ) -> LogOutput {
        LogOutput(
            format: format, descriptor: pipe.fileHandleForWriting.fileDescriptor, journalPath: journalPath,
            maxRecords: maxRecords)
    }

    /// Reads a pipe on a thread of its own. The result is a function that waits for the end of the pipe and returns the
    /// lines, without the dots that fill it.
    private func readLines(of pipe: Pipe) -> () -> [Substring] {
        let text = Locked("")
        let isRead = DispatchSemaphore(value: 0)
        let reading = pipe.fileHandleForReading.fileDescriptor
        Thread.detachNewThread {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(reading, &chunk, chunk.count)
                if count <= 0 { break }
                bytes += chunk[..<count]
            }
            text.withLock { [bytes] in $0 = String(decoding: bytes.drop { $0 == 0x2e }, as: UTF8.self) }
            isRead.signal()
        }
        return {
            isRead.wait()
            return text.withLock { $0 }.split(separator: "\n")
        }
    }

    /// Returns everything that was written to the pipe, without the dots that fill it.
    private func content(_ pipe: Pipe) throws -> String {
        try pipe.fileHandleForWriting.close()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return String(decoding: data.drop { $0 == 0x2e }, as: UTF8.self)
    }

    @Test func `a full pipe never stops the threads that log, and what is dropped is counted and told`()
        throws
    {
        let pipe = stuckPipe()
        let output = output(pipe, maxRecords: 100)
        let logger = output.logger("worker")
        for number in 0..<1000 { logger.info("line \(number)") }
        #expect(!output.flush(within: .milliseconds(10)))
        #expect(output.dropped.value == 906, "the last sixteenth is for notices")
        let written = readLines(of: pipe)
        #expect(output.flush(within: .seconds(60)))
        logger.info("flows again")
        #expect(output.flush(within: .seconds(60)))
        try pipe.fileHandleForWriting.close()
        let lines = written()
        #expect(lines.count == 96)
        #expect(lines.first?.hasSuffix("info     line 0") == true && lines[93].hasSuffix("line 93"))
        #expect(
            lines[94].contains("warning  906 log lines were dropped")
                && lines[94].hasSuffix("lines_dropped=906"))
        #expect(lines[95].hasSuffix("flows again"))
    }

    /// The last records meet a full queue. The reader goes on during the flush at the end of the process.
    @Test func `a flush tells the lines that were dropped last, and a notice has room behind many lines`()
        throws
    {
        let pipe = stuckPipe()
        let output = output(pipe, maxRecords: 160)
        let logger = output.logger("worker")
        for number in 0..<1000 { logger.info("line \(number)") }
        logger.notice("stopped")
        logger.info("dropped at last")
        let written = readLines(of: pipe)
        #expect(output.flush(within: .seconds(60)))
        try pipe.fileHandleForWriting.close()
        let lines = written()
        #expect(lines.contains { $0.contains("stopped") })
        #expect(lines.last?.contains("1 log lines were dropped") == true, "\(lines.last ?? "")")
    }

    @Test func `the end of the process waits for a stuck reader no longer than the given time`() {
        let pipe = stuckPipe()
        let output = output(pipe)
        output.logger("daemon").notice("stopped")
        let start = ContinuousClock.now
        #expect(!output.flush(within: .milliseconds(50)))
        #expect(start.duration(to: .now) >= .milliseconds(50))
        withExtendedLifetime(pipe) {}
    }

    @Test func `a descriptor that another process made non-blocking loses no line and keeps its flags`()
        throws
    {
        let pipe = stuckPipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        let output = output(pipe)
        for number in 0..<500 { output.logger("worker").info("line \(number)") }
        #expect(!output.flush(within: .milliseconds(20)))
        let reader = pipe.fileHandleForReading
        let text = Locked("")
        let isRead = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let data = (try? reader.readToEnd()) ?? Data()
            text.withLock { $0 = String(decoding: data.drop { $0 == 0x2e }, as: UTF8.self) }
            isRead.signal()
        }
        #expect(output.flush(within: .seconds(60)))
        #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
        #expect(output.dropped.value == 0)
        try pipe.fileHandleForWriting.close()
        isRead.wait()
        #expect(text.withLock { $0 }.split(separator: "\n").count == 500)
    }

    @Test func `a blocking descriptor keeps its flags`() throws {
        let pipe = Pipe()
        let output = output(pipe)
        let before = fcntl(pipe.fileHandleForWriting.fileDescriptor, F_GETFL)
        output.logger("worker").info("x")
        #expect(output.flush(within: .seconds(60)))
        #expect(fcntl(pipe.fileHandleForWriting.fileDescriptor, F_GETFL) == before)
        #expect(try content(pipe).hasSuffix("x\n"))
    }

    @Test func `lines on a full device, a closed pipe and a closed descriptor are lost and counted`() throws {
        let closed = Pipe()
        try closed.fileHandleForReading.close()
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(full) }
        for descriptor in [full, closed.fileHandleForWriting.fileDescriptor, 1_000_000] {
            let output = LogOutput(format: .text, descriptor: descriptor)
            for _ in 0..<3 { output.logger("worker").error("lost") }
            #expect(output.flush(within: .seconds(60)))
            #expect(output.dropped.value == 3, "descriptor \(descriptor)")
        }
    }

    @Test func `a line that was written in part is ended before the next one`() throws {
        let pipe = stuckPipe()
        var page = [UInt8](repeating: 0, count: 4096)
        #expect(read(pipe.fileHandleForReading.fileDescriptor, &page, page.count) == 4096)
        let descriptor = dup(pipe.fileHandleForWriting.fileDescriptor)
        defer { close(descriptor) }
        let output = LogOutput(format: .text, descriptor: descriptor)
        output.logger("worker").info("\(String(repeating: "x", count: 4096))", metadata: ["y": "\(page)"])
        // The first page of the line is written when the pipe is full.
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while poll(&entry, 1, 0) != 0 { usleep(1000) }
        try pipe.fileHandleForReading.close()
        #expect(output.flush(within: .seconds(60)))
        #expect(output.dropped.value == 1)
        let next = Pipe()
        dup2(next.fileHandleForWriting.fileDescriptor, descriptor)
        output.logger("worker").info("next")
        #expect(output.flush(within: .seconds(60)))
        dup2(pipe.fileHandleForWriting.fileDescriptor, descriptor)
        let lines = try content(next).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 4 && lines[0].isEmpty && lines[3].isEmpty)
        #expect(lines[1].hasSuffix("lines_dropped=1") && lines[2].hasSuffix("next"))
    }

    @Test func `a journal that nobody reads never stops the threads that log`() throws {
        let journald = try DatagramSocket()
        let pipe = Pipe()
        let output = output(pipe, format: .journal, maxRecords: 2000, journalPath: journald.path)
        let logger = output.logger("worker")
        for number in 0..<5000 { logger.info("entry \(number)") }
        #expect(output.dropped.value >= 1000)
        #expect(!output.flush(within: .milliseconds(10)))
        var entries: [String] = []
        while let entry = journald.receiveText() {
            entries.append(entry)
            if entry.contains("EVENT=log-lines-dropped\n") { break }
        }
        #expect(entries.last?.contains("LINES_DROPPED=\(output.dropped.value)\n") == true)
        #expect(entries.first?.hasPrefix("MESSAGE=entry 0\n") == true)
        #expect(UInt64(entries.count) + output.dropped.value == 5001)
        #expect(try content(pipe) == "")
    }

    @Test func `entries are text on standard error while there is no journal, and the log says so`() throws {
        let path = NSTemporaryDirectory() + "pixelator-\(UUID().uuidString.prefix(8)).sock"
        let pipe = Pipe()
        let output = output(pipe, format: .journal, journalPath: path)
        let logger = output.logger("daemon")
        logger.notice("one")
        logger.notice("two")
        #expect(output.flush(within: .seconds(60)))
        let journald = try DatagramSocket(path: path)
        logger.notice("three")
        #expect(output.flush(within: .seconds(60)))
        #expect(journald.receiveText()?.hasPrefix("MESSAGE=three\nPRIORITY=5\n") == true)
        #expect(output.dropped.value == 0)
        let lines = try content(pipe).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].contains("the journal cannot be reached at \(path) (No such file or directory)"))
        #expect(lines[1].hasSuffix("notice   one") && lines[2].hasSuffix("notice   two"))
    }

    @Test func `entries reach a journal socket that was replaced`() throws {
        let pipe = Pipe()
        let first = try DatagramSocket()
        let path = first.path
        let output = output(pipe, format: .journal, journalPath: path)
        output.logger("daemon").notice("one")
        #expect(first.receiveText()?.hasPrefix("MESSAGE=one\n") == true)
        first.end()
        let second = try DatagramSocket(path: path)
        output.logger("daemon").notice("two")
        #expect(second.receiveText()?.hasPrefix("MESSAGE=two\n") == true)
        #expect(output.flush(within: .seconds(60)))
        #expect(try content(pipe) == "")
    }

    @Test func `the thread ends with its output, after it has written all records`() throws {
        let pipe = Pipe()
        var output: LogOutput? = output(pipe)
        weak let queue = output?.queue
        for number in 0..<100 { output?.logger("worker").info("line \(number)") }
        output = nil
        // The thread has the last reference to the queue.
        while queue != nil { usleep(1000) }
        #expect(try content(pipe).split(separator: "\n").count == 100)
    }
}
