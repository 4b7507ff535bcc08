// SPDX-License-Identifier: Apache-2.0

/// The isolation of the decoders from the process that has the credentials.
package enum DecoderIsolation: String, Sendable, CaseIterable {
    /// Pictures are decoded in processes with a complete sandbox. A process without one of its required parts is not
    /// used.
    case required
    /// Pictures are decoded in processes with the parts of the sandbox that the kernel has.
    case preferred
    /// Pictures are decoded in the calling process, for debugging.
    case off
}
