// SPDX-License-Identifier: Apache-2.0

import Glibc
import Settings

/// The limits of the machine, the container and the unit that this process runs in.
package struct MachineLimits: Sendable, Equatable {
    /// The smallest limit of memory in bytes: of the control groups of this process (`memory.max`, or
    /// `memory.limit_in_bytes` with version 1), and of the machine; nil when none is known.
    package var memoryBytes: Int?
    /// The path of the file with the smallest limit of memory, or `the memory of the machine`.
    package var memorySource: String
    /// The maximum number of open descriptors (`RLIMIT_NOFILE`, the soft limit), and that to which this process can
    /// raise it.
    package var descriptors: Int
    package var maximumDescriptors: Int

    package init(memoryBytes: Int?, memorySource: String, descriptors: Int, maximumDescriptors: Int) {
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
            memoryBytes: bytes, memorySource: source,
            descriptors: isKnown ? Int(clamping: limit.rlim_cur) : Int.max,
            maximumDescriptors: isKnown ? Int(clamping: limit.rlim_max) : Int.max)
    }

    /// Returns the smallest limit of memory among the control groups of this process and those above them, and the path
    /// of its file; nil when there is none.
    ///
    /// - Parameter root: The directory that contains `proc` and `sys`; empty for the root directory.
    package static func smallestMemory(root: String) -> (bytes: Int, source: String)? {
        var smallest: (bytes: Int, source: String)?
        for line in text("\(root)/proc/self/cgroup")?.split(separator: "\n") ?? [] {
            // `0::/system.slice/pixelated.service` with version 2, `5:memory:/docker/1f2e` with version 1.
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let (mount, name): (String, String)
            if fields[1].isEmpty {
                (mount, name) = ("/sys/fs/cgroup", "memory.max")
            } else if fields[1].split(separator: ",").contains("memory") {
                (mount, name) = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            } else {
                continue
            }
            // In a container without a namespace of its own, the path is that of the host, and only the last file
            // exists.
            var folders = fields[2].split(separator: "/")
            while true {
                let path = ([mount] + folders.map(String.init) + [name]).joined(separator: "/")
                if let bytes = text(root + path).flatMap({ Int($0.prefix { $0 != "\n" }) }),
                    bytes < smallest?.bytes ?? Int.max
                {
                    smallest = (bytes, path)
                }
                guard folders.popLast() != nil else { break }
            }
        }
        return smallest
    }

    private static func text(_ path: String) -> String? {
        (try? LocalFile.read(LocalPath(path), limit: 1 << 16)).flatMap {
            String(validating: $0, as: UTF8.self)
        }
    }
}
