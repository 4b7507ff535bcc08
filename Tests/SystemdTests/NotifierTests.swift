// SPDX-License-Identifier: Apache-2.0

import Glibc
import Support
import Systemd
import Testing

/// The tests run one after the other, because the socket's path is an environment variable of the process.
@Suite(.serialized)
struct NotifierTests {
    @Test func `the states of one call are sent in one datagram`() throws {
        let manager = try DatagramSocket()
        setenv("NOTIFY_SOCKET", manager.path, 1)
        defer { unsetenv("NOTIFY_SOCKET") }
        Notifier.serviceManager.send(.ready, .status("polling; nothing in flight"))
        #expect(manager.receiveText() == "READY=1\nSTATUS=polling; nothing in flight")
        Notifier.serviceManager.send(.stopping)
        #expect(manager.receiveText() == "STOPPING=1")
    }

    @Test func `a reload is sent with its time on the monotonic clock`() throws {
        let manager = try DatagramSocket()
        setenv("NOTIFY_SOCKET", manager.path, 1)
        defer { unsetenv("NOTIFY_SOCKET") }
        let before = SystemTime.monotonicMicroseconds
        Notifier.serviceManager.send(.reloading(monotonicMicroseconds: SystemTime.monotonicMicroseconds))
        let lines = try #require(manager.receiveText()).split(separator: "\n")
        #expect(lines.first == "RELOADING=1")
        let time = try #require(UInt64(lines.last?.split(separator: "=").last ?? ""))
        #expect(time >= before && time <= SystemTime.monotonicMicroseconds)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a socket that nobody reads never stops the sender, and states are sent when it is read again`()
        throws
    {
        let manager = try DatagramSocket()
        setenv("NOTIFY_SOCKET", manager.path, 1)
        defer { unsetenv("NOTIFY_SOCKET") }
        let notifier = Notifier.serviceManager
        // The kernel keeps a number of datagrams (unix(7), max_dgram_qlen), and refuses further ones.
        var sent = 0
        while notifier.send(.keepAlive) { sent += 1 }
        #expect(!notifier.send(.ready, .status("polling")))
        #expect(!notifier.send(.stopping))
        #expect(!notifier.flush(within: .milliseconds(20)))
        for _ in 0..<sent { #expect(manager.receiveText() == "WATCHDOG=1") }
        #expect(notifier.retry())
        #expect(manager.receiveText() == "READY=1\nSTATUS=polling")
        #expect(manager.receiveText() == "STOPPING=1")
        #expect(notifier.flush(within: .zero))
    }

    @Test func `a socket in the abstract namespace receives, and one that does not exist stops nothing`()
        throws
    {
        let name = "@pixelator-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        setenv("NOTIFY_SOCKET", name, 1)
        defer { unsetenv("NOTIFY_SOCKET") }
        #expect(!Notifier.serviceManager.send(.ready))
        let manager = try DatagramSocket(path: name)
        #expect(Notifier.serviceManager.retry())
        #expect(manager.receiveText() == "READY=1")
    }

    @Test func `a notification without a service manager has no effect`() {
        unsetenv("NOTIFY_SOCKET")
        Notifier.serviceManager.send(.ready)
    }

    @Test(arguments: [
        (NotifyMessage.keepAlive, "WATCHDOG=1"),
        (.extendTimeout(.milliseconds(2500)), "EXTEND_TIMEOUT_USEC=2500000"),
        (.errno(13), "ERRNO=13"),
        (.status("two\nlines READY=1"), "STATUS=two lines READY=1"),
    ])
    func `each state is sent as its assignment`(state: NotifyMessage, expected: String) {
        #expect(state.assignments == expected)
    }

    @Test func `a long status is cut off at a character, below the limit of the service manager`() {
        let text = String(repeating: "ü", count: 5000)
        let sent = NotifyMessage.status(text).assignments
        #expect(sent.hasPrefix("STATUS=üü") && sent.hasSuffix("ü…"))
        #expect((2000...2100).contains(sent.utf8.count))
        #expect(NotifyMessage.status("short").assignments == "STATUS=short")
    }

    @Test func `the interval of the watchdog is read from the environment`() {
        setenv("WATCHDOG_USEC", "3000000", 1)
        setenv("WATCHDOG_PID", "\(getpid())", 1)
        #expect(Watchdog.expectedInterval() == .seconds(3))
        setenv("WATCHDOG_PID", "1", 1)
        #expect(Watchdog.expectedInterval() == nil)
        unsetenv("WATCHDOG_PID")
        unsetenv("WATCHDOG_USEC")
        #expect(Watchdog.expectedInterval() == nil)
    }
}
