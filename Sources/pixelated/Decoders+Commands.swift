// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Support

extension Decoders {
    /// Waits for the first decoder.
    ///
    /// - Throws: `ExitCode` when none can be started; the reason is then on standard error.
    func requireOne() throws {
        guard let failure = waitUntilReady(1) else { return }
        printError("no decoder can be started: \(failure)")
        throw ExitCode(ExitReason.software.rawValue)
    }
}
