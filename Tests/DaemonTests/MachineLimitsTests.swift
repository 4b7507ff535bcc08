// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Testing

/// Tests of the smallest limit of memory among the control groups of a process.
struct MachineLimitsTests {
    /// Returns the smallest limit for the content of these files.
    private func smallest(_ files: [String: String]) throws -> (bytes: Int, source: String)? {
        let root = FileManager.default.temporaryDirectory.appending(path: "limits-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in files {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return MachineLimits.smallestMemory(root: root.path)
    }

    @Test func `the groups above that of the process limit its memory too`() throws {
        let found = try smallest([
            "proc/self/cgroup": "0::/system.slice/pixelated.service\n",
            "sys/fs/cgroup/system.slice/pixelated.service/memory.max": "max\n",
            "sys/fs/cgroup/system.slice/memory.max": "1073741824\n",
            "sys/fs/cgroup/memory.max": "2147483648\n",
        ])
        #expect(found?.bytes == 1 << 30)
        #expect(found?.source == "/sys/fs/cgroup/system.slice/memory.max")
    }

    @Test func `the limit of version 1 is found without the path of the host`() throws {
        let found = try smallest([
            "proc/self/cgroup": "9:cpuset:/docker/1f\n5:memory:/docker/1f2e\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "536870912\n",
        ])
        #expect(found?.bytes == 512 << 20)
        #expect(found?.source == "/sys/fs/cgroup/memory/memory.limit_in_bytes")
    }

    @Test func `a process without a limit has none`() throws {
        #expect(try smallest(["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"]) == nil)
        #expect(try smallest([:]) == nil)
    }
}
