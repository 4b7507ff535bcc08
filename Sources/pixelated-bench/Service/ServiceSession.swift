// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Scripted
import Support

/// A client that processes the messages of a server of its own, from its start to its end.
final class ServiceSession {
    private let server: DataPlane
    private let tree: ProcessTree
    private let log: String
    private let name: String
    /// The number of events that have been sent.
    private var sent = 0
    /// The highest memory of the client so far, in megabytes.
    private(set) var peakMegabytes = 0.0

    /// Starts a server and a client, and returns when each process of the client waits for a message.
    ///
    /// - Parameters:
    ///   - client: The program.
    ///   - set: The pictures of the events.
    ///   - cores: The number of cores that the client may use.
    init(_ client: ServiceClient, _ set: PictureSet, cores: Int) throws {
        name = client.title
        server = try DataPlane(DataPlaneContent(set.pictures))
        log = "/tmp/pixelated-bench-\(getpid()).log"
        unlink(log)
        let commands = client.commands(server, cores: cores, areLarge: set.areLarge)
        tree = ProcessTree(roots: try ServiceClient.start(commands, log: log))
        do { try awaitPolls(commands.count) } catch {
            end()
            throw error
        }
    }

    /// Returns when `count` long polls wait for a message.
    private func awaitPolls(_ count: Int) throws {
        let started = DataPlane.now
        while server.waitingPolls.withLock({ $0 }) < count {
            try checkProcesses()
            guard DataPlane.now - started < 60_000_000_000 else {
                throw failure("no poll of each process within 60 s")
            }
            usleep(5000)
        }
    }

    /// Ends the processes of the client and the server.
    func end() {
        // A drain waits for the end of a long poll.
        server.content.withLock { $0.answersAtOnce = true }
        for process in tree.roots { kill(process, SIGTERM) }
        let started = DataPlane.now
        for process in tree.roots {
            var status: Int32 = 0
            while waitpid(process, &status, WNOHANG) == 0 {
                if DataPlane.now - started > 10_000_000_000 { kill(process, SIGKILL) }
                usleep(2000)
            }
        }
        server.stop()
        unlink(log)
    }

    /// The values of a burst of events.
    struct Burst {
        /// The time from the events to the last output, in seconds.
        var seconds: Double
        /// The CPU time of the client in milliseconds.
        var cpuMilliseconds: Double
        /// The CPU time of the server in milliseconds.
        var serverMilliseconds: Double
        var requests: Int
        /// The number of uploads whose bytes are not those of the engine.
        var different: Int
        var events: Int
    }

    /// Sends events about pictures at once, and returns when all their messages are deleted.
    ///
    /// - Parameters:
    ///   - count: The number of events; the pictures of the set take turns.
    ///   - pictures: The number of pictures in the set.
    /// - Throws: `ValidationError` if an output is missing.
    func burst(_ count: Int, of pictures: Int) throws -> Burst {
        let first = sent
        let before = (tree.cpuMilliseconds, server.cpuMilliseconds, server.content.withLock { $0.requests })
        let start = DataPlane.now
        send((0..<count).map { $0 % pictures })
        try finish()
        let cpu = tree.cpuMilliseconds - before.0
        let serverCPU = server.cpuMilliseconds - before.1
        let (events, requests) = server.content.withLock { (Array($0.events[first...]), $0.requests) }
        let ends = events.compactMap(\.completedAt)
        guard ends.count == count, let end = ends.max() else {
            throw failure("\(count - ends.count) of \(count) pictures have not all five outputs")
        }
        return Burst(
            seconds: Double(end - start) / 1e9, cpuMilliseconds: cpu, serverMilliseconds: serverCPU,
            requests: requests - before.2, different: events.reduce(0) { $0 + $1.different }, events: count)
    }

    /// Sends one event after the other with random gaps, and returns the times from each event to the fifth output of
    /// its picture, in milliseconds.
    ///
    /// - Parameters:
    ///   - seconds: The time in which events are sent.
    ///   - gap: The mean time between two events in seconds. The gaps have an exponential distribution.
    ///   - pictures: The number of pictures in the set.
    func latencies(seconds: Double, gap: Double, of pictures: Int) throws -> [Double] {
        let first = sent
        // The same events for all clients.
        var random = SplitMix(seed: 15)
        let start = DataPlane.now
        var at = 0.0
        var number = 0
        while true {
            at += -log1p(-Double.random(in: 0..<1, using: &random)) * gap
            guard at < seconds else { break }
            let due = start + UInt64(at * 1e9)
            while DataPlane.now < due {
                usleep(useconds_t(min(20_000, (due - min(due, DataPlane.now)) / 1000 + 1)))
            }
            send([number % pictures])
            number += 1
        }
        try finish()
        let events = server.content.withLock { Array($0.events[first...]) }
        let times = events.compactMap { event in
            event.completedAt.map { Double($0 - event.sentAt) / 1e6 }
        }
        guard times.count == events.count else { throw failure("outputs are missing") }
        return times
    }

    /// Returns the CPU time of the client in milliseconds during a number of seconds without events.
    func idle(_ seconds: Double) -> Double {
        let before = tree.cpuMilliseconds
        usleep(useconds_t(seconds * 1e6))
        return tree.cpuMilliseconds - before
    }

    // MARK: Events

    private func send(_ pictures: [Int]) {
        sent += pictures.count
        server.send(pictures)
    }

    /// Returns when the messages of all events are deleted.
    private func finish() throws {
        var deleted = -1
        var progress = DataPlane.now
        var turn = 0
        while true {
            let now = server.content.withLock { $0.deleted }
            if turn % 10 == 0 { peakMegabytes = max(peakMegabytes, tree.megabytes) }
            if now == sent { break }
            if now != deleted { (deleted, progress) = (now, DataPlane.now) }
            guard DataPlane.now - progress < 60_000_000_000 else {
                throw failure("\(sent - now) of \(sent) messages are not deleted, and none for 60 s")
            }
            try checkProcesses()
            usleep(10_000)
            turn += 1
        }
        if let refused = server.content.withLock({ $0.refusals.first }) {
            throw failure("the server does not know the request \(refused)")
        }
    }

    private func checkProcesses() throws {
        for process in tree.roots {
            var status: Int32 = 0
            if waitpid(process, &status, WNOHANG) != 0 { throw failure("process \(process) has ended") }
        }
    }

    private func failure(_ text: String) -> ValidationError {
        let lines = Machine.text(of: log).split(separator: "\n").suffix(12).joined(separator: "\n")
        return ValidationError("\(name): \(text)\n\(lines)")
    }
}
