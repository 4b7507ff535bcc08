// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A function that runs a program and reads its output.
enum Child {
    /// Runs a program and returns its standard output; nil if the program cannot be started or fails.
    ///
    /// - Parameters:
    ///   - arguments: The name of the program, which is searched in PATH, and its arguments.
    ///   - silent: True to discard the standard error of the program.
    static func output(_ arguments: [String], silent: Bool = false) -> String? {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        posix_spawn_file_actions_addclose(&actions, ends[1])
        if silent { posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) }
        let texts = arguments.map { strdup($0) }
        defer { for text in texts { free(text) } }
        var process: pid_t = 0
        let code = posix_spawnp(&process, arguments[0], &actions, nil, texts + [nil], environ)
        close(ends[1])
        defer { close(ends[0]) }
        guard code == 0 else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let got = read(ends[0], &buffer, buffer.count)
            guard got > 0 else { break }
            bytes += buffer[..<got]
        }
        var status: Int32 = 0
        guard waitpid(process, &status, 0) == process, status == 0 else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
