// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The machine on which the benchmark runs.
enum Machine {
    /// The processor, the number of cores that this process may use, the memory, the kernel and the load.
    static var description: String {
        var name = utsname()
        uname(&name)
        let release = withUnsafeBytes(of: name.release) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        let processor =
            value("model name", in: "/proc/cpuinfo") ?? value("CPU part", in: "/proc/cpuinfo") ?? "?"
        let kilobytes = value("MemTotal", in: "/proc/meminfo").flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        let load = text(of: "/proc/loadavg").split(separator: " ").first ?? "?"
        return "\(processor), \(cores.count) cores, \(kilobytes >> 20) GiB, Linux \(release), load \(load)"
    }

    /// The numbers of the cores that this process may use.
    static var cores: [Int] {
        let list = value("Cpus_allowed_list", in: "/proc/self/status") ?? "0"
        return list.split(separator: ",").flatMap { part -> [Int] in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            return ends.isEmpty ? [] : Array(ends[0]...ends[ends.count - 1])
        }
    }

    /// Returns the value of the first line `name: value` of a file of the kernel; nil if there is none.
    static func value(_ name: String, in path: String) -> String? {
        for line in text(of: path).split(separator: "\n") where line.hasPrefix(name) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { return String(parts[1].drop { $0 == " " || $0 == "\t" }) }
        }
        return nil
    }

    /// Returns the text of a file of the kernel; empty if it cannot be read, for example after the end of its process.
    static func text(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
