// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Testing

/// Tests of the limits of memory and processor time among the control groups of a process.
struct MachineLimitsTests {
    /// Returns the result of `body` for a root directory with the content of these files.
    private func with<Result>(_ files: [String: String], _ body: (String) -> Result) throws -> Result {
        let root = FileManager.default.temporaryDirectory.appending(path: "limits-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in files {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return body(root.path)
    }

    /// Returns the smallest limit of memory for the content of these files.
    private func smallest(_ files: [String: String]) throws -> (bytes: Int, source: String)? {
        try with(files) { MachineLimits.smallestMemory(root: $0) }
    }

    /// Returns the smallest quota of processor time for the content of these files.
    private func quota(_ files: [String: String]) throws -> Double? {
        try with(files) { MachineLimits.smallestQuota(root: $0) }
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

    @Test func `the smallest quota of processor time counts`() throws {
        let found = try quota([
            "proc/self/cgroup": "0::/kubepods.slice/pod.slice/container\n",
            "sys/fs/cgroup/kubepods.slice/pod.slice/container/cpu.max": "max 100000\n",
            "sys/fs/cgroup/kubepods.slice/pod.slice/cpu.max": "150000 100000\n",
            "sys/fs/cgroup/kubepods.slice/cpu.max": "400000 100000\n",
        ])
        #expect(found == 1.5)
    }

    @Test func `the quota of version 1 is found without the path of the host`() throws {
        let files = [
            "proc/self/cgroup": "9:memory:/docker/1f\n5:cpu,cpuacct:/docker/1f2e\n",
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        ]
        #expect(try quota(files) == 0.5)
        let without = files.merging(["sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n"]) { $1 }
        #expect(try quota(without) == nil)
    }

    @Test func `a part of a processor counts as one, and the affinity limits the quota`() {
        func usable(_ processors: Int, _ quota: Double?) -> Int {
            MachineLimits(
                processors: processors, processorQuota: quota, memoryBytes: nil, memorySource: "",
                descriptors: 1024, maximumDescriptors: 1024
            ).usableProcessors
        }
        #expect(usable(8, 0.5) == 1)
        #expect(usable(8, 1.5) == 2)
        #expect(usable(2, 6) == 2)
        #expect(usable(8, nil) == 8)
    }
}
