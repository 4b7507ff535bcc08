// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Settings
import Support

/// A minimal HTTP/1.1 server for health probes and metrics. It supports GET and HEAD, has one thread, and serves one
/// request for each connection.
///
/// The number of connections, their duration and the size of a request are limited; a connection that exceeds a limit
/// is closed.
package final class HealthServer: Sendable {
    private let state: Locked<State>

    private struct State {
        var wakeDescriptor: Int32
        var thread: pthread_t?
    }

    /// The address that the server listens on, with the port that the kernel selected instead of port 0.
    package let address: ListenAddress

    /// Opens the socket and starts the thread of the server.
    ///
    /// - Parameter respond: the function that returns the response to a path without its query, or nil for 404 Not
    ///   Found. It is called on the thread of the server.
    /// - Throws: `HealthServerError` when the server cannot listen on the address.
    package init(
        _ address: ListenAddress, respond: @escaping @Sendable (String) -> HealthReply?
    ) throws(HealthServerError) {
        let listener = try HealthListener.open(address)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            let code = errno
            close(listener.descriptor)
            throw HealthServerError(call: "pipe", address: "", code: code)
        }
        self.address = listener.address
        var thread = pthread_t()
        let loop = HealthLoop(listener: listener, wake: ends[0], respond: respond)
        let box = Unmanaged.passRetained(loop)
        let code = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<HealthLoop>.fromOpaque(pointer).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            close(listener.descriptor)
            close(ends[0])
            close(ends[1])
            throw HealthServerError(call: "pthread_create", address: "", code: code)
        }
        state = Locked(State(wakeDescriptor: ends[1], thread: thread))
    }

    deinit { stop() }

    /// Closes all connections and waits for the end of the server's thread. Further calls have no effect.
    package func stop() {
        let (descriptor, thread) = state.withLock { state in
            defer { state.thread = nil }
            return (state.wakeDescriptor, state.thread)
        }
        guard let thread else { return }
        close(descriptor)
        pthread_join(thread, nil)
    }
}
