// SPDX-License-Identifier: Apache-2.0

internal import CLibSystemd

/// The protection of the memory of this process, which contains secret keys, against core dumps.
///
/// `LimitCORE=` of the systemd unit does not apply in a container, and the kernel ignores a core limit when core dumps
/// are piped to a program (core(5)).
package enum ProcessMemory {
    /// Disables core dumps of this process, and the attachment of a debugger by users other than root
    /// (`PR_SET_DUMPABLE`, prctl(2)).
    package static func forbidDumps() { _ = px_forbid_dumps() }

    /// True when the process can dump core (`PR_GET_DUMPABLE`, prctl(2)); false after a call of `forbidDumps`.
    package static var isDumpable: Bool { px_is_dumpable() != 0 }
}
