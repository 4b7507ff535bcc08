// SPDX-License-Identifier: Apache-2.0

import CLibSystemd
import Glibc

/// A thread for one blocking task of the process, such as writing the log.
package enum DetachedThread {
    private final class Body {
        let name: StaticString
        let run: @Sendable () -> Void

        init(_ name: StaticString, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Runs `body` on a new detached thread, which handles no signals.
    ///
    /// - Parameter name: The name of the thread in ps(1), at most 15 bytes.
    /// - Returns: 0 on success, or the error code of pthread_create(3).
    package static func start(_ name: StaticString, _ body: @escaping @Sendable () -> Void) -> Int32 {
        let context = Unmanaged.passRetained(Body(name, body)).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, entry, context)
        guard code == 0 else {
            Unmanaged<Body>.fromOpaque(context).release()
            return code
        }
        pthread_detach(thread)
        return 0
    }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
        guard let context = $0 else { return nil }
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
        body.name.withUTF8Buffer { name in
            name.withMemoryRebound(to: CChar.self) { px_name_this_thread($0.baseAddress) }
        }
        body.run()
        return nil
    }
}
