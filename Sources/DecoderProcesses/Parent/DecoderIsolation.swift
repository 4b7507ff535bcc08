// SPDX-License-Identifier: Apache-2.0

/// The rule about decoders whose sandbox is incomplete because the kernel does not have a part of it.
package enum DecoderIsolation: String, Sendable, CaseIterable {
    /// A decoder without a part of the sandbox that `SandboxPart.isRequired` is not used.
    case required
    /// A decoder is used with the parts that the kernel has.
    case preferred
}
