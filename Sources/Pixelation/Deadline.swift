// SPDX-License-Identifier: Apache-2.0

import JPEG

/// When a pixelation has to end. It is looked at inside the decoder, between two rows of blocks.
package final class Deadline: Sendable {
    let interruption: Interruption

    /// - Parameter duration: from now on the monotonic clock; `nil` means that only `cancel` ends it.
    package convenience init(after duration: Duration?) {
        self.init(interruption: Interruption(after: duration))
    }

    private init(interruption: Interruption) { self.interruption = interruption }

    /// One that passes with this one, or before it, when `seconds` from now are over.
    func limited(to seconds: Int) -> Deadline {
        Deadline(interruption: Interruption(after: .seconds(seconds), within: interruption))
    }

    /// One that never passes, unless it is cancelled.
    package static var never: Deadline { Deadline(after: nil) }

    /// Ends the pixelation within milliseconds, with `PixelationError.Kind.cancelled`. From any thread, any number
    /// of times; also before the pixelation has begun.
    package func cancel() { interruption.cancel() }

    func check() throws(PixelationError) {
        switch interruption.state {
        case .running: return
        case .cancelled: throw PixelationError(.cancelled, "pixelating was cancelled")
        case .deadlinePassed: throw PixelationError(.deadline, "the deadline passed")
        }
    }
}
