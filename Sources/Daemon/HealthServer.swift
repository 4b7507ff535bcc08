// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
package import Settings
import Support
import Systemd

/// A minimal HTTP/1.1 server for health probes and metrics. It supports GET and HEAD, has one thread, and serves one
/// request for each connection.
///
/// The number of connections, their duration and the size of a request are limited (`HealthLimits`); a connection that
/// exceeds a limit is closed.
package final class HealthServer: Sendable {
    /// The descriptor whose shutdown ends the thread; nil after `stop`.
    private let wake: Locked<Int32?>
    private let ended = DispatchSemaphore(value: 0)

    /// The maximum time for which `stop` waits for the thread, which may be making a page.
    private static let stopTime = 2

    /// The address that the server listens on, with the port that the kernel selected instead of port 0.
    package let address: ListenAddress

    /// Opens the socket and starts the thread of the server.
    ///
    /// - Parameter respond: the function that returns the response to a path without its query, or nil for 404 Not
    ///   Found. It is called on the thread of the server.
    /// - Throws: `HealthServerError` when the server cannot listen on the address.
    package convenience init(
        _ address: ListenAddress, respond: @escaping @Sendable (HealthRequest) -> HealthReply?
    ) throws(HealthServerError) {
        try self.init(address, limits: HealthLimits(), respond: respond)
    }

    init(
        _ address: ListenAddress, limits: HealthLimits,
        respond: @escaping @Sendable (HealthRequest) -> HealthReply?
    ) throws(HealthServerError) {
        let listener = try HealthListener.open(address)
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            let code = errno
            close(listener.descriptor)
            throw HealthServerError(call: "socketpair", address: "", code: code)
        }
        self.address = listener.address
        let (wake, peer) = (ends[0], ends[1])
        let code = DetachedThread.start("px-health") { [ended] in
            var loop = HealthLoop(listener: listener, wake: wake, limits: limits, respond: respond)
            loop.run()
            _ = consume loop
            ended.signal()
        }
        guard code == 0 else {
            for descriptor in [listener.descriptor, wake, peer] { close(descriptor) }
            throw HealthServerError(call: "pthread_create", address: "", code: code)
        }
        self.wake = Locked(peer)
    }

    deinit { stop() }

    /// Closes all connections and waits for the end of the server's thread, for at most two seconds. Further calls have
    /// no effect.
    package func stop() {
        guard let descriptor = wake.withLock({ $0.take() }) else { return }
        // Unlike close(2), shutdown(2) also has its effect while another process has the descriptor.
        shutdown(descriptor, Int32(SHUT_RDWR))
        _ = ended.wait(timeout: .now() + .seconds(Self.stopTime))
        close(descriptor)
    }
}
