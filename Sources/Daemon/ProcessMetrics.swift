// SPDX-License-Identifier: Apache-2.0

import Glibc
import Metrics
import Support

/// The metrics of this process with the names that the client libraries of Prometheus give them ("Writing client
/// libraries", process metrics). Decoders are other processes, and are not included.
struct ProcessMetrics: Sendable {
    /// The time of the start in seconds since 1970-01-01T00:00:00Z.
    private let start: Double

    /// Reads the start of the process. It is read once, because it is computed with the clock, which can be set later.
    init() {
        // Field 22 of proc(5): the time between the boot and the start in clock ticks.
        let ticks = Self.fields(of: "/proc/self/stat").dropFirst(19).first.flatMap(Double.init)
        let age = ticks.map { SystemTime.uptime.inSeconds - $0 / Double(sysconf(Int32(_SC_CLK_TCK))) }
        start = SystemTime.now - (age ?? 0)
    }

    /// Adds the metrics to an exposition. What the system does not tell has no sample.
    func write(to text: inout Exposition) {
        text.with(prefix: "process") { text in
            text.counter(
                "cpu_seconds", "Processor time of the process, without that of decoders.",
                seconds: Self.processorTime)
            text.gauge(
                "resident_memory_bytes", "Resident memory of the process, without that of decoders.",
                optional: Self.residentBytes)
            text.gauge("open_fds", "Open file descriptors.", optional: Self.openDescriptors)
            text.gauge(
                "max_fds", "Maximum number of open file descriptors.", optional: Self.maximumDescriptors)
            text.gauge(
                "start_time_seconds", "Start of the process in seconds since 1970.", seconds: start)
        }
    }

    private static var processorTime: Double? {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The second field of /proc/self/statm (proc(5)), in pages.
    private static var residentBytes: Int? {
        guard let text = text(of: "/proc/self/statm") else { return nil }
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
            .map { $0 * sysconf(Int32(_SC_PAGESIZE)) }
    }

    /// The number of entries of /proc/self/fd, without the descriptor with which it is read.
    private static var openDescriptors: Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return count - 1
    }

    private static var maximumDescriptors: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }

    /// Returns the fields of a file of proc(5) behind the name of the program, which can have spaces.
    private static func fields(of path: String) -> [Substring] {
        guard let text = text(of: path), let end = text.lastIndex(of: ")") else { return [] }
        return text[end...].dropFirst().split(separator: " ")
    }

    /// Returns the text of a file of at most 4 KiB.
    private static func text(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
