// SPDX-License-Identifier: Apache-2.0

import Glibc
internal import Sandbox

/// The way in which a decoder process has ended.
package enum DecoderEnd: Sendable, Equatable, CustomStringConvertible {
    case exit(Int32)
    case signal(Int32)

    /// Creates the end from a wait status (waitpid(2)). Swift does not import the macros WTERMSIG and WEXITSTATUS.
    init(waitStatus status: Int32) {
        let signal = status & 0x7F
        self = signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
    }

    /// True when the decoder has exceeded its memory limit, or when the kernel has killed it for lack of memory: this
    /// program sends SIGKILL only to decoders whose end is not examined.
    package var isOutOfMemory: Bool {
        self == .exit(ProcessSandbox.outOfMemoryStatus) || self == .signal(SIGKILL)
    }

    package var description: String {
        switch self {
        case .exit(let status): "exit status \(status)"
        case .signal(let number): Self.names[number] ?? "signal \(number)"
        }
    }

    private static let names: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
        SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV",
        SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
        SIGSYS: "SIGSYS",
    ]
}
