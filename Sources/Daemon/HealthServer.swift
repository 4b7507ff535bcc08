// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Settings
import Support

/// What a GET of the health page answers.
package struct HealthReply: Sendable, Equatable {
    package var status: Int
    package var contentType: String
    package var body: String

    package init(_ status: Int, _ body: String, contentType: String = "text/plain; charset=utf-8") {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// A very small HTTP/1.1 server for probes and scrapers: GET and HEAD, one request a connection, one thread.
///
/// Not a web server: everything about it is bounded, and a client that is slow or rude is cut off.
package final class HealthServer: Sendable {
    private let state: Locked<State>

    private struct State {
        var wakeDescriptor: Int32
        var thread: pthread_t?
    }

    /// The address in use: with the port that was taken when 0 was asked for.
    package let address: ListenAddress

    /// Listens at once and answers on a thread of its own; `respond` gets the path without its query, and
    /// runs on that thread. Nil is answered by 404.
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

    /// Closes all connections and waits for the thread. Idempotent.
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

/// Why the health page cannot listen.
package struct HealthServerError: Error, CustomStringConvertible {
    package var call: String
    package var address: String
    package var code: Int32

    package var description: String {
        "cannot listen at \(address): \(call): \(String(cString: strerror(code)))"
    }
}
