// SPDX-License-Identifier: Apache-2.0

import CLibCurl
import Glibc

/// The start of the px-curl thread.
enum CurlThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new detached thread with the name px-curl. Returns 0 on success, or the error code of
    /// pthread_create(3).
    static func start(_ body: @escaping @Sendable () -> Void) -> Int32 {
        let context = Unmanaged.passRetained(Body(body)).toOpaque()
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
        px_name_this_thread("px-curl")
        // Signals must be delivered to other threads. The resolver threads of libcurl inherit the mask.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
    }
}
