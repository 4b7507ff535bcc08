// SPDX-License-Identifier: Apache-2.0

package import Pixelation
package import Sandbox

/// An event of a pool of decoders, for the log.
package enum DecoderEvent: Sendable, Equatable {
    /// A decoder is ready, with this report of its sandbox and this time after its start.
    case ready(pid: Int32, report: SandboxReport, after: Duration)
    /// A decoder cannot be started, for this reason.
    case startFailed(String)
    /// A decoder has ended, or was killed, while it decoded a picture, which has failed with this error.
    case died(pid: Int32, PixelationError)
    /// An idle decoder has ended by itself, or has sent bytes without a request; the text says which.
    case endedIdle(pid: Int32, String)
    /// A decoder was ended by the pool: it is surplus, has other options than the pool, or much memory.
    case retired(pid: Int32)
}
