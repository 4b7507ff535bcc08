// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Support

/// The signals SIGINT, SIGTERM and SIGHUP, of which the first cancels the work of a command and the second ends the
/// process at once. A signal that the process ignores from its start, as SIGHUP after nohup(1), stays ignored.
final class InterruptSignals {
    /// The cancellation of the work.
    let cancellation = Cancellation()
    private let received = Locked<Int32?>(nil)
    private let sources: [any DispatchSourceSignal]

    init() {
        sources = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }.map { number in
            // The source gets signals that are ignored. They then have no effect of their own.
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for source in sources {
            let number = Int32(truncatingIfNeeded: source.handle)
            source.setEventHandler { [cancellation, received] in
                cancellation.cancel()
                let isSecond = received.withLock { received in
                    defer { received = received ?? number }
                    return received != nil
                }
                if isSecond { _exit(128 + number) }
            }
            source.activate()
        }
    }

    /// Ends the process by the signal that was received, if one was, so that a shell script that runs the command ends
    /// as well. The exit status in a shell is 128 and the number of the signal.
    func endIfReceived() {
        guard let number = received.withLock({ $0 }) else { return }
        signal(number, SIG_DFL)
        var one = sigset_t()
        sigemptyset(&one)
        sigaddset(&one, number)
        pthread_sigmask(SIG_UNBLOCK, &one, nil)
        raise(number)
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
