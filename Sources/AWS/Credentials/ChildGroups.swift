// SPDX-License-Identifier: Apache-2.0

import Glibc
import Support

/// The process groups of the running child processes. Each child process is the leader of a group of its own, to which
/// the processes that it starts belong too.
///
/// The groups are killed when this process exits (`atexit(3)`), so that no child process survives it.
enum ChildGroups {
    private struct State {
        var running: Set<pid_t> = []
        var isExitHandlerSet = false
        var isExiting = false
    }

    private static let state = Locked(State())

    /// Adds the group of the child process `leader`, and kills it when this process is exiting already.
    static func add(_ leader: pid_t) {
        let isExiting = state.withLock { state in
            if !state.isExitHandlerSet {
                state.isExitHandlerSet = true
                atexit { ChildGroups.killAll() }
            }
            state.running.insert(leader)
            return state.isExiting
        }
        if isExiting { kill(leader) }
    }

    /// Kills the group of a child process that is not reaped yet, and removes it. Until the child process is reaped, no
    /// other process or group can have its id.
    static func end(_ leader: pid_t) {
        kill(leader)
        state.withLock { _ = $0.running.remove(leader) }
    }

    private static func killAll() {
        let running = state.withLock { state in
            state.isExiting = true
            return state.running
        }
        for leader in running { kill(leader) }
    }

    private static func kill(_ leader: pid_t) {
        Glibc.kill(-leader, SIGKILL)
        // The leader itself may have changed to another group.
        Glibc.kill(leader, SIGKILL)
    }
}
