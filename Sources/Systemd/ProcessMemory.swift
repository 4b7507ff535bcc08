// SPDX-License-Identifier: Apache-2.0

internal import CLibSystemd

/// Who may look into this process. It holds keys, and where it crashes nobody shall find them in a core: the unit's
/// `LimitCORE` does not reach containers, and a limit alone does not stop a handler that cores are piped to (core(5)).
package enum ProcessMemory {
    /// From now on there is no core, and no debugger that is not root's (`PR_SET_DUMPABLE`, prctl(2)).
    package static func forbidDumps() { _ = px_forbid_dumps() }

    package static var isDumpable: Bool { px_is_dumpable() != 0 }
}
