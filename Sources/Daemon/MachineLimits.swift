// SPDX-License-Identifier: Apache-2.0

import Glibc
import Settings
import Worker

/// The limits of the machine, the container and the unit that this process runs in.
package struct MachineLimits: Sendable, Equatable {
    /// The number of processors on which this process may run (sched_setaffinity(2)), 1 or more.
    package var processors: Int
    /// The smallest quota of processor time among the control groups of this process (`cpu.max`, or `cpu.cfs_quota_us`
    /// with version 1), in processors: 0.5 is half of the time of one. Nil without a quota.
    package var processorQuota: Double?
    /// The smallest limit of memory in bytes: of the control groups of this process (`memory.max`, or
    /// `memory.limit_in_bytes` with version 1), and of the machine; nil when none is known.
    package var memoryBytes: Int?
    /// The path of the file with the smallest limit of memory, or `the memory of the machine`.
    package var memorySource: String
    /// The maximum number of open descriptors (`RLIMIT_NOFILE`, the soft limit), and that to which this process can
    /// raise it.
    package var descriptors: Int
    package var maximumDescriptors: Int

    package init(
        processors: Int = 1, processorQuota: Double? = nil, memoryBytes: Int?, memorySource: String,
        descriptors: Int, maximumDescriptors: Int
    ) {
        self.processors = processors
        self.processorQuota = processorQuota
        self.memoryBytes = memoryBytes
        self.memorySource = memorySource
        self.descriptors = descriptors
        self.maximumDescriptors = maximumDescriptors
    }

    /// The limits of this process.
    package static var current: MachineLimits {
        let pages = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
        let smallest = smallestMemory(root: "")
        var (bytes, source) = (pages > 0 ? pages : nil, "the memory of the machine")
        if let smallest, smallest.bytes < bytes ?? Int.max { (bytes, source) = smallest }
        var limit = rlimit()
        let isKnown = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        return MachineLimits(
            processors: WorkerOptions.availableProcessors, processorQuota: smallestQuota(root: ""),
            memoryBytes: bytes, memorySource: source,
            descriptors: isKnown ? Int(clamping: limit.rlim_cur) : Int.max,
            maximumDescriptors: isKnown ? Int(clamping: limit.rlim_max) : Int.max)
    }

    /// The number of processors that this process can use at the same time: `processors`, or the quota rounded up.
    package var usableProcessors: Int {
        processorQuota.map { min(processors, max(1, Int($0.rounded(.up)))) } ?? processors
    }

    /// Returns the smallest limit of memory among the control groups of this process and those above them, and the path
    /// of its file; nil when there is none.
    ///
    /// - Parameter root: The directory that contains `proc` and `sys`; empty for the root directory.
    package static func smallestMemory(root: String) -> (bytes: Int, source: String)? {
        var smallest: (bytes: Int, source: String)?
        for group in groups("memory", root: root) {
            let path = group.path + (group.isUnified ? "/memory.max" : "/memory.limit_in_bytes")
            if let bytes = text(root + path).flatMap({ Int($0.prefix { $0 != "\n" }) }),
                bytes < smallest?.bytes ?? Int.max
            {
                smallest = (bytes, path)
            }
        }
        return smallest
    }

    /// Returns the smallest quota of processor time among the control groups of this process and those above them, in
    /// processors; nil when there is none.
    ///
    /// - Parameter root: The directory that contains `proc` and `sys`; empty for the root directory.
    package static func smallestQuota(root: String) -> Double? {
        groups("cpu", root: root).compactMap { group -> Double? in
            // The quota and the period, both in microseconds. Without a quota the first is `max`, or -1 in version 1.
            let fields =
                group.isUnified
                ? text(root + group.path + "/cpu.max")?.split(whereSeparator: \.isWhitespace) ?? []
                : ["quota", "period"].compactMap { name in
                    text(root + group.path + "/cpu.cfs_\(name)_us")?.prefix { $0 != "\n" }
                }
            guard fields.count == 2, let quota = Double(fields[0]), let period = Double(fields[1]),
                quota > 0, period > 0
            else { return nil }
            return quota / period
        }.min()
    }

    /// Returns the control groups of this process with a controller, and those above them.
    private static func groups(
        _ controller: String, root: String
    ) -> [(path: String, isUnified: Bool)] {
        var found: [(path: String, isUnified: Bool)] = []
        for line in text("\(root)/proc/self/cgroup")?.split(separator: "\n") ?? [] {
            // `0::/system.slice/pixelated.service` with version 2, `5:cpu,cpuacct:/docker/1f2e` with version 1.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isUnified = fields[1].isEmpty
            guard isUnified || fields[1].split(separator: ",").contains(Substring(controller)) else {
                continue
            }
            let mount = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/\(controller)"
            // In a container without a namespace of its own, the path is that of the host, and only the last directory
            // exists.
            var folders = fields[2].split(separator: "/")
            while true {
                found.append((([mount] + folders.map(String.init)).joined(separator: "/"), isUnified))
                guard folders.popLast() != nil else { break }
            }
        }
        return found
    }

    private static func text(_ path: String) -> String? {
        (try? LocalFile.read(LocalPath(path), limit: 1 << 16)).flatMap {
            String(validating: $0, as: UTF8.self)
        }
    }
}
