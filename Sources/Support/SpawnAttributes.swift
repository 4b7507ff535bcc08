// SPDX-License-Identifier: Apache-2.0

package import Glibc

/// The attributes of all child processes (posix_spawn(3)).
package enum SpawnAttributes {
    /// Calls `body` with attributes for a process in a group of its own, without blocked or ignored signals.
    ///
    /// Dispatch's threads block signals, and this process may ignore SIGPIPE; a child must inherit neither. A signal of
    /// the terminal, such as that of Ctrl-C, is for this process, which ends its children itself.
    package static func withAttributes<Result>(
        _ body: (UnsafePointer<posix_spawnattr_t>) -> Result
    ) -> Result {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return body(&attributes)
    }
}
