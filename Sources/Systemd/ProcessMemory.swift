// SPDX-License-Identifier: Apache-2.0

internal import CLibSystemd

/// The protection of the memory of this process, which contains secret keys, against core dumps.
///
/// `LimitCORE=` of the unit does not apply in a container, and a core limit is ignored when core dumps are piped to a
/// program (core(5)).
package enum ProcessMemory {
    /// Prevents core dumps from now on, and the attachment of a debugger by another user than root (`PR_SET_DUMPABLE`,
    /// prctl(2)).
    package static func forbidDumps() { _ = px_forbid_dumps() }

    /// True until `forbidDumps` is called.
    package static var isDumpable: Bool { px_is_dumpable() != 0 }
}
