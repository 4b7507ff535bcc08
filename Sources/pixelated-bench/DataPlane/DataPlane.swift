// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Glibc
import Support

/// A server of S3 and SQS on the loopback interface, which answers from memory on one thread. It is fast, so that a
/// benchmark measures its clients: it checks neither signatures nor checksums, and stores no output.
///
/// `@unchecked Sendable` because only the thread of the server uses the properties that change.
final class DataPlane: @unchecked Sendable {
    let port: Int
    let content: Locked<DataPlaneContent>
    /// The number of ReceiveMessage calls that wait for a message.
    let waitingPolls = Locked(0)
    private let listener: Int32
    private let wakeUp: (reading: Int32, writing: Int32)
    private var connections: [Int32: DataPlaneConnection] = [:]
    private let isStopped = Locked(false)
    private let ended: Locked<Bool> = Locked(false)
    private let cpu = Locked(clockid_t())

    /// Starts a server on a free port.
    init(_ content: DataPlaneContent) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw ValidationError("pipe: \(String(cString: strerror(errno)))") }
        wakeUp = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        listener = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { [listener] in
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 512) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw ValidationError("the server cannot listen on a loopback port") }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.content = Locked(content)
        try startThread()
    }

    /// The URL of the server, without a path.
    var url: String { "http://127.0.0.1:\(port)" }

    /// The time in nanoseconds of the clock of the server.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The CPU time of the thread of the server, in milliseconds.
    var cpuMilliseconds: Double { cpu.withLock { CPUTime.now($0) } }

    /// Puts messages about pictures into the queue.
    func send(_ pictures: [Int]) {
        let now = Self.now
        content.withLock { content in
            for picture in pictures { content.add(picture: picture, at: now) }
        }
        wake()
    }

    /// Stops the server, and returns when its thread has ended.
    func stop() {
        isStopped.withLock { $0 = true }
        wake()
        while !ended.withLock({ $0 }) { usleep(1000) }
        close(wakeUp.reading)
        close(wakeUp.writing)
    }

    private func wake() {
        var byte: UInt8 = 0
        _ = write(wakeUp.writing, &byte, 1)
    }

    // MARK: The thread

    private func startThread() throws {
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<DataPlane>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        guard code == 0 else { throw ValidationError("pthread_create: \(String(cString: strerror(code)))") }
        cpu.withLock { _ = pthread_getcpuclockid(thread, &$0) }
        pthread_detach(thread)
    }

    private func run() {
        var polled: [pollfd] = []
        while !isStopped.withLock({ $0 }) {
            polled.removeAll(keepingCapacity: true)
            polled.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0))
            polled.append(pollfd(fd: wakeUp.reading, events: Int16(POLLIN), revents: 0))
            for (descriptor, connection) in connections {
                let events = connection.hasUnsent ? POLLIN | POLLOUT : POLLIN
                polled.append(pollfd(fd: descriptor, events: Int16(events), revents: 0))
            }
            // Visibility timeouts and wait times end at most this much later than they should.
            poll(&polled, nfds_t(polled.count), 100)
            if polled[0].revents != 0 { acceptAll() }
            if polled[1].revents != 0 {
                var bytes = [UInt8](repeating: 0, count: 64)
                while read(wakeUp.reading, &bytes, bytes.count) > 0 {}
            }
            for entry in polled.dropFirst(2) where entry.revents != 0 {
                guard let connection = connections[entry.fd] else { continue }
                if !serve(connection) {
                    connections[entry.fd] = nil
                    close(entry.fd)
                }
            }
            answerPolls()
        }
        for descriptor in connections.keys { close(descriptor) }
        close(listener)
        ended.withLock { $0 = true }
    }

    private func acceptAll() {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            var yes: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            connections[descriptor] = DataPlaneConnection(descriptor)
        }
    }

    /// Reads what a connection has received and sends the responses. Returns false if the connection has ended.
    private func serve(_ connection: DataPlaneConnection) -> Bool {
        guard connection.sendRest(), connection.receive() else { return false }
        let now = Self.now
        while connection.held == nil, let (request, bodyStart) = connection.nextRequest() {
            let response = connection.withBody(of: request, from: bodyStart) { body in
                content.withLock { $0.response(to: request, body, at: now) }
            }
            connection.consume(bodyStart + request.bodyBytes)
            switch response {
            case .send(let head, let body):
                guard connection.send(head, body) else { return false }
            case .hold:
                connection.held = response
            }
        }
        return !connection.isMalformed
    }

    /// Answers the long polls for which there are messages or whose wait time has ended.
    private func answerPolls() {
        let now = Self.now
        var waiting = 0
        for connection in connections.values {
            guard case .hold(let maximum, let visibility, let until)? = connection.held else { continue }
            let response = content.withLock { content -> DataPlaneResponse? in
                content.show(at: now)
                guard content.hasVisible || now >= until || content.answersAtOnce else { return nil }
                return content.receive(maximum, visibility: visibility, at: now)
            }
            if case .send(let head, let body)? = response {
                connection.held = nil
                _ = connection.send(head, body)
            } else {
                waiting += 1
            }
        }
        waitingPolls.withLock { [waiting] in $0 = waiting }
    }
}
